import { describePlace, stageOf } from './attribution';
import { type CallNode } from './cpu-profile';
import { RUNTIME_STAGES, STAGES, UNATTRIBUTED } from './stages';

/** A process beside others in one picture. */
export interface FlameSource {
  readonly label: string;
  readonly root: CallNode;
  /** What one sample stands for. */
  readonly microsASample: number;
}

interface Frame {
  readonly label: string;
  readonly stage: string;
  /** Microseconds a unit, with everything that it called. */
  micros: number;
  readonly children: Map<string, Frame>;
}

interface Box {
  readonly frame: Frame;
  /** From 0 to 1. */
  readonly left: number;
  readonly width: number;
  readonly depth: number;
}

const WIDTH = 1_200;
const ROW = 17;
const MARGIN = 10;
const HEAD = 64;
/** Narrower than a pixel and a half: nobody would see it, and the file stays small. */
const NARROWEST = 1.5 / WIDTH;
const CHARACTER = 6.4;
const STAGE_NAMES = [...STAGES, ...RUNTIME_STAGES, UNATTRIBUTED].map(({ name }) => name);

/** A flame graph as one SVG: a box is a function, as wide as what it and all that it called took; its colour is the stage. A click zooms in where scripts run. */
export function flameGraph(title: string, unit: string, sources: readonly FlameSource[]): string {
  const root: Frame = { label: title, stage: UNATTRIBUTED.name, micros: 0, children: new Map() };
  for (const { label, root: tree, microsASample } of sources) {
    const source: Frame = { label, stage: UNATTRIBUTED.name, micros: 0, children: new Map() };
    root.children.set(label, source);
    for (const child of tree.children) merge(source, child, microsASample, UNATTRIBUTED.name);
    root.micros += source.micros;
  }
  const boxes = [...boxesOf(root, root.micros)];
  const height = HEAD + (Math.max(...boxes.map(({ depth }) => depth)) + 1) * ROW + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(height)}" width="${String(WIDTH)}" height="${String(height)}" font-family="ui-monospace, monospace" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${String(MARGIN)}" y="18" font-size="13">${escaped(`${title}: ${root.micros.toFixed(1)} µs ${unit} on main threads. The wider, the more; below each function what it called.`)}</text>`,
    legend(boxes),
    ...boxes.map((box) => drawn(box, root.micros, unit)),
    `<script><![CDATA[${ZOOM}]]></script>`,
    '</svg>\n',
  ].join('\n');
}

/** Stacks that differ only in the line where one calls the next are one. */
function merge(parent: Frame, node: CallNode, microsASample: number, inherited: string): void {
  const stage = stageOf(node.frame) ?? inherited;
  const key = `${node.frame.functionName} ${node.frame.url}`;
  const frame = parent.children.get(key) ?? { label: describePlace(node.frame), stage, micros: 0, children: new Map<string, Frame>() };
  parent.children.set(key, frame);
  const before = frame.micros;
  for (const child of node.children) merge(frame, child, microsASample, stage);
  frame.micros += node.samples * microsASample;
  parent.micros += frame.micros - before;
}

function* boxesOf(frame: Frame, total: number, left = 0, depth = 0): Generator<Box> {
  const width = frame.micros / total;
  if (width < NARROWEST) return;
  yield { frame, left, width, depth };
  let at = left;
  for (const child of [...frame.children.values()].sort((one, other) => other.micros - one.micros)) {
    yield* boxesOf(child, total, at, depth + 1);
    at += child.micros / total;
  }
}

function drawn({ frame, left, width, depth }: Box, total: number, unit: string): string {
  const inner = WIDTH - 2 * MARGIN;
  const [x, w, y] = [MARGIN + left * inner, width * inner, HEAD + depth * ROW];
  const room = Math.floor((w - 4) / CHARACTER);
  const text = room < 4 ? '' : frame.label.length <= room ? frame.label : `${frame.label.slice(0, room - 1)}…`;
  const told = `${frame.label}\n${frame.micros.toFixed(2)} µs ${unit}, ${((frame.micros / total) * 100).toFixed(1)}%\n${frame.stage}`;
  const box = `<rect x="${x.toFixed(1)}" y="${String(y)}" width="${Math.max(w - 0.4, 0.5).toFixed(1)}" height="${String(ROW - 1)}" fill="${colourOf(frame.stage)}"/>`;
  const label = text === '' ? '' : `<text x="${(x + 2).toFixed(1)}" y="${String(y + 12)}">${escaped(text)}</text>`;
  return `<g data-at="${left.toFixed(5)},${width.toFixed(5)}"><title>${escaped(told)}</title>${box}${label}</g>`;
}

function legend(boxes: readonly Box[]): string {
  const present = STAGE_NAMES.filter((name) => boxes.some(({ frame }) => frame.stage === name));
  let [x, y] = [MARGIN, 28];
  return present
    .map((name) => {
      const width = 18 + name.length * CHARACTER + 12;
      if (x + width > WIDTH - MARGIN) [x, y] = [MARGIN, y + 16];
      const entry = `<rect x="${x.toFixed(1)}" y="${String(y)}" width="12" height="12" fill="${colourOf(name)}"/><text x="${(x + 16).toFixed(1)}" y="${String(y + 10)}">${escaped(name)}</text>`;
      x += width;
      return entry;
    })
    .join('');
}

/** Spread over the circle, so that stages next to each other differ; what belongs to none is grey. */
function colourOf(stage: string): string {
  const index = STAGE_NAMES.indexOf(stage);
  return stage === UNATTRIBUTED.name ? '#d5d5d5' : `hsl(${String((index * 137) % 360)} 65% ${String(70 + (index % 3) * 6)}%)`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Stretches what was clicked over the whole width; the same again shows everything. */
const ZOOM = `
const inner = ${String(WIDTH - 2 * MARGIN)}, boxes = [...document.querySelectorAll('g[data-at]')];
let shown = '';
for (const box of boxes) box.addEventListener('click', () => {
  shown = shown === box.dataset.at ? '0,1' : box.dataset.at;
  const [from, share] = shown.split(',').map(Number);
  for (const each of boxes) {
    const [left, width] = each.dataset.at.split(',').map(Number);
    const begin = Math.max(left, from), end = Math.min(left + width, from + share);
    each.style.display = end - begin > share / 5000 ? '' : 'none';
    const x = ${String(MARGIN)} + (begin - from) / share * inner, w = (end - begin) / share * inner;
    const rect = each.querySelector('rect'), text = each.querySelector('text');
    rect.setAttribute('x', x);
    rect.setAttribute('width', Math.max(w - 0.4, 0.5));
    const name = each.querySelector('title').textContent.split('\\n')[0], room = Math.floor((w - 4) / ${String(CHARACTER)});
    if (!text) continue;
    text.setAttribute('x', x + 2);
    text.textContent = room < 4 ? '' : name.length <= room ? name : name.slice(0, room - 1) + '…';
  }
});
`;
