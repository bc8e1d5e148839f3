import { eventually } from '@agent-chat/testing';
import { type BrowserContext } from 'playwright-core';
import { type WebPerson } from './web-person';

/** Looks at the page as it is laid out: its width, every control, every line of text. */
const LOOK = `(() => {
  const faults = new Set();
  const wide = document.scrollingElement.scrollWidth;
  if (wide > innerWidth) faults.add('the page is ' + wide + ' wide, and has to be scrolled sideways');

  /** Said, not shown. */
  const isSaid = (element) => element !== null && (getComputedStyle(element).clipPath === 'inset(50%)' || isSaid(element.parentElement));
  const isShown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.closest('[inert], [aria-hidden=true], .skip-link, .toasts') === null && !isSaid(element);
  const named = (element) => element.tagName.toLowerCase() + ' "' + (element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40) + '"';
  const isClipping = (value) => value !== 'visible' && value !== 'clip';
  /** What is left of a box within everything that clips it. */
  const visible = (element, box) => {
    let { left, top, right, bottom } = box;
    for (let around = element; around !== null; around = around.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(around);
      const frame = around.getBoundingClientRect();
      if (isClipping(overflowX)) [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)];
      if (isClipping(overflowY)) [top, bottom] = [Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
      if (getComputedStyle(around).position === 'fixed') break;
    }
    return { left, top, right, bottom, width: right - left, height: bottom - top };
  };
  /** What goes away again when one is done with it. */
  const PASSING = '.side-panel, .message-toolbar, .completion-list';
  /** Something else lies over the middle of it, and stays there. */
  const cover = (element, box) => {
    const hit = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    if (hit === null || element.contains(hit) || hit.contains(element) || hit.closest('label')?.contains(element)) return undefined;
    const passing = hit.closest(PASSING);
    return passing !== null && !passing.contains(element) ? undefined : hit;
  };

  const everything = [...document.body.querySelectorAll('*')].filter(isShown);
  for (const element of everything) {
    const style = getComputedStyle(element);
    const lines = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '');
    if (lines.length > 0 && style.textOverflow !== 'ellipsis' && style.webkitLineClamp === 'none') {
      if (style.overflowX === 'hidden' && element.scrollWidth > element.clientWidth + 1) faults.add(named(element) + ' is cut off');
      if (style.overflowY === 'hidden' && element.scrollHeight > element.clientHeight + 1) faults.add(named(element) + ' is cut off below');
    }
    for (const line of lines) {
      const range = document.createRange();
      range.selectNodeContents(line);
      for (const rect of range.getClientRects()) {
        const box = visible(element, rect);
        if (box.width < 6 || box.height < 6 || box.bottom > innerHeight || box.top < 0) continue;
        if (box.left < -1 || box.right > innerWidth + 1) faults.add(named(element) + ' runs out of the page');
        const over = cover(element, box);
        if (over !== undefined) faults.add(named(element) + ' is covered by ' + named(over));
      }
    }
  }

  const scrolled = everything.filter((element) => element.scrollTop !== 0 || element.scrollLeft !== 0).map((element) => [element, element.scrollTop, element.scrollLeft]);
  // The messages of a room are a list without an end.
  const controls = everything.filter((element) => element.matches('a[href], button, input, select, textarea, summary, [role^=menuitem], [role=option], [role=slider]') && element.closest('.timeline') === null);
  for (const control of controls) {
    if (control.getBoundingClientRect().width < 3) continue;
    control.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const box = control.getBoundingClientRect();
    const left = visible(control, box);
    const isCut = left.left < -1 || left.right > innerWidth + 1 || left.width < box.width - 2;
    if (isCut) faults.add(named(control) + ' is not all there: ' + Math.round(left.left) + ' to ' + Math.round(left.right) + ' of ' + Math.round(box.left) + ' to ' + Math.round(box.right));
    if (left.top < -1 || left.bottom > innerHeight + 1 || left.height < Math.min(box.height - 2, innerHeight / 2)) faults.add(named(control) + ' can’t be scrolled into sight');
    const over = cover(control, left);
    if (over !== undefined) faults.add(named(control) + ' is covered by ' + named(over));
  }
  for (const [element, top, left] of scrolled) element.scrollTo(left, top);
  return [...faults];
})()`;

/** What in this view is cut off, covered or out of reach, one line each. What is shortened on purpose, with an ellipsis, is not. Waits until no passing word covers anything. */
export async function layoutFaults({ page }: WebPerson): Promise<string[]> {
  await eventually(async () => expect(await page.locator('.toast').count()).toBe(0), { timeoutMs: 20_000 });
  return page.evaluate<string[]>(LOOK);
}

/** From edge to edge. */
type Extent = readonly [left: number, right: number];

/** Where things stand in the width of the page. */
export async function extentsOf({ page }: WebPerson, selectors: readonly string[]): Promise<Readonly<Record<string, Extent>>> {
  return page.evaluate<Record<string, Extent>>(
    `Object.fromEntries(${JSON.stringify(selectors)}.map((selector) => {
      const box = document.querySelector(selector)?.getBoundingClientRect();
      return [selector, box === undefined ? [-1, -1] : [Math.round(box.left), Math.round(box.right)]];
    }))`,
  );
}

/** Where the same things stand in a mirror. */
export function mirrored(extents: Readonly<Record<string, Extent>>, width: number): Readonly<Record<string, Extent>> {
  return Object.fromEntries(Object.entries(extents).map(([selector, [left, right]]) => [selector, [width - right, width - left] as const]));
}

/** Whether a text is laid out from right to left where it is shown: what ends it stands left of what it begins with. */
export async function runsFromRightToLeft({ page }: WebPerson, selector: string, text: string): Promise<boolean> {
  const [place, words] = [JSON.stringify(selector), JSON.stringify(text)];
  return page.evaluate<boolean>(`(() => {
    for (const element of document.querySelectorAll(${place})) {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const at = node.data.indexOf(${words});
        if (at < 0) continue;
        const leftOf = (from) => {
          const range = document.createRange();
          range.setStart(node, from);
          range.setEnd(node, from + 1);
          return range.getBoundingClientRect().left;
        };
        return leftOf(at + ${words}.length - 1) < leftOf(at);
      }
    }
    throw new Error('The text is not there');
  })()`);
}

const ENGLISH = /id:(["'`])en\1,name:(["'`])English\2,direction:(["'`])ltr\3/;

/**
 * From the next load on the page is spoken in a language that is read from right to left: what makes one is a line in the page's list of languages, and here that line
 * takes the place of English, whose words stay. Dates, numbers and the browser itself are those of the person's locale. Service workers have to be blocked.
 */
export async function speakFromRightToLeft(context: BrowserContext): Promise<void> {
  await context.route('**/assets/*.js', async (route) => {
    const script = await (await route.fetch()).text();
    await route.fulfill({ contentType: 'text/javascript', body: script.replace(ENGLISH, 'id:"ar",name:"العربية",direction:"rtl"') });
  });
}
