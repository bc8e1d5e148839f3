import { type CallFrame, type CallNode } from './cpu-profile';
import { type Place, placeOf } from './places';
import { RUNTIME_STAGES, STAGES, UNATTRIBUTED } from './stages';

/** Whose code was running: this repository's, a package's, Node's JavaScript, or native. */
export type Owner = string;

/** Of a thread's samples how many were in which stage, and in whose code. */
export interface Attribution {
  readonly samples: number;
  readonly byStage: ReadonlyMap<string, number>;
  readonly byOwner: ReadonlyMap<Owner, number>;
  /** All functions by what they took themselves, the heaviest first. */
  readonly functions: readonly HeavyFunction[];
}

export interface HeavyFunction {
  readonly place: string;
  readonly stage: string;
  readonly samples: number;
}

/** Packages that are told apart; the others are one. */
const PACKAGES: readonly (readonly [Owner, RegExp])[] = [
  ['Socket.IO, Engine.IO, ws', /^(socket\.io|engine\.io|ws)([-/]|$)/],
  ['Postgres driver', /^pg([-/]|$)/],
  ['kafkajs', /^(kafkajs|lz4-napi)(\/|$)/],
  ['ioredis', /^(ioredis|redis-parser|redis-errors)(\/|$)/],
  ['zod', /^zod(\/|$)/],
  ['Nest, RxJS, Express', /^(@nestjs|rxjs|express|router|body-parser)(\/|$)/],
];
export const OWN_CODE: Owner = 'our code';
const OTHER_PACKAGES: Owner = 'other packages';
const NODE: Owner = "Node's JavaScript";
const NATIVE: Owner = 'native: V8, libuv, system calls';
export const OWNERS: readonly Owner[] = [OWN_CODE, ...PACKAGES.map(([owner]) => owner), OTHER_PACKAGES, NODE, NATIVE];

const RULES = new Map(STAGES.flatMap(({ name, code }) => code.map((rule) => [rule.replace(/\/$/, ''), name] as const)));
const RUNTIME = new Map(RUNTIME_STAGES.flatMap(({ name, functions }) => functions.map((each) => [each, name] as const)));

/** The stage that a function belongs to by itself; undefined where that depends on who called it. */
export function stageOf(frame: CallFrame): string | undefined {
  const place = placeOf(frame);
  if (place.kind === 'native') return RUNTIME.get(frame.functionName);
  if (place.kind === 'node') return RUNTIME.get(frame.url);
  const path = place.path.replace(/\.(js|cjs|mjs)$/, '');
  // Methods are named `Class.method` where V8 knows the class.
  const name = place.name.split('.').at(-1) ?? '';
  const whole = RULES.get(`${path}#${name}`);
  if (whole !== undefined) return whole;
  for (let prefix = path; prefix !== ''; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('/')))) {
    const stage = RULES.get(prefix);
    if (stage !== undefined) return stage;
  }
  return undefined;
}

export function ownerOf(place: Place): Owner {
  if (place.kind === 'own') return OWN_CODE;
  if (place.kind === 'package') return PACKAGES.find(([, pattern]) => pattern.test(place.path))?.[0] ?? OTHER_PACKAGES;
  return place.kind === 'node' ? NODE : NATIVE;
}

/** Where a function lies, as a reader looks for it. */
export function describePlace(frame: CallFrame): string {
  const place = placeOf(frame);
  const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
  if (place.kind === 'native') return name;
  const where = place.kind === 'node' ? frame.url : place.path;
  return `${name} ${where}:${String(frame.lineNumber + 1)}`;
}

/** Counts each sample for the nearest function on its stack, from the top, that has a stage. */
export function attribute(root: CallNode): Attribution {
  const [byStage, byOwner] = [new Map<string, number>(), new Map<Owner, number>()];
  const functions = new Map<string, HeavyFunction>();
  const add = (counts: Map<string, number>, key: string, samples: number): void => void counts.set(key, (counts.get(key) ?? 0) + samples);
  let samples = 0;
  const visit = (node: CallNode, inherited: string): void => {
    const stage = stageOf(node.frame) ?? inherited;
    if (node.samples > 0) {
      samples += node.samples;
      add(byStage, stage, node.samples);
      add(byOwner, ownerOf(placeOf(node.frame)), node.samples);
      const place = describePlace(node.frame);
      const key = `${stage} ${place}`;
      functions.set(key, { place, stage, samples: (functions.get(key)?.samples ?? 0) + node.samples });
    }
    for (const child of node.children) visit(child, stage);
  };
  for (const child of root.children) visit(child, UNATTRIBUTED.name);
  return { samples, byStage, byOwner, functions: [...functions.values()].sort((one, other) => other.samples - one.samples) };
}
