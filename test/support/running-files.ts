import { landscape } from './test-pictures';

/** A file that would do something, were it taken for what it is. */
export interface RunningFile {
  readonly name: string;
  /** As what it runs, were it served so. */
  readonly type: string;
  readonly bytes: Buffer;
}

/** What says that it ran in every way there is: to who listens at an address, to the page around it, and to the person. */
function tellingScript(address: string): string {
  return [
    `try { fetch('${address}', { mode: 'no-cors' }) } catch {}`,
    `try { document.title = 'owned' } catch {}`,
    `try { top.document.title = 'owned' } catch {}`,
    `try { alert('owned') } catch {}`,
  ].join('; ');
}

/** Pages, pictures that are pages, and files that are two things at once; each calls its name below an address. */
export async function runningFiles(address: string): Promise<readonly RunningFile[]> {
  const script = (name: string): string => tellingScript(`${address}/${name}`);
  const svg = (name: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="${script(name)}"><script>${script(name)}</script></svg>`;
  const page = (name: string): string => `<!doctype html><title>a page</title><script>${script(name)}</script><p>words`;
  const file = (name: string, type: string, bytes: Buffer | string): RunningFile => ({ name, type, bytes: Buffer.from(bytes) });
  return [
    file('page.html', 'text/html', page('page.html')),
    file('page.txt', 'text/html', page('page.txt')),
    file('drawing.svg', 'image/svg+xml', svg('drawing.svg')),
    file('drawing.png', 'image/svg+xml', `<?xml version="1.0"?>\n${svg('drawing.png')}`),
    file(
      'strict.xhtml',
      'application/xhtml+xml',
      `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><script>${script('strict.xhtml')}</script></body></html>`,
    ),
    file('script.js', 'text/javascript', script('script.js')),
    file('photo.jpg', 'text/html', pageInJpeg(await landscape(40, 30, 90), page('photo.jpg'))),
    file('photo.html', 'text/html', pageInJpeg(await landscape(40, 30, 90), page('photo.html'))),
    file('moving.gif', 'text/javascript', scriptInGif(script('moving.gif'))),
  ];
}

/** A whole picture, and a page in the comment before it. */
function pageInJpeg(jpeg: Buffer, page: string): Buffer {
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xfe, 0, 0]);
  head.writeUInt16BE(page.length + 2, 4);
  return Buffer.concat([head, Buffer.from(page, 'latin1'), jpeg.subarray(2)]);
}

/** A whole picture of one point whose width, read as letters, begins a comment that ends behind it; what stands there is the script. */
function scriptInGif(script: string): Buffer {
  const screen = [...Buffer.from('GIF89a/*'), 1, 0, 0, 0, 0];
  const image = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 0, 0, 0, 0xff, 0xff, 0xff, 2, 2, 0x44, 1, 0, 0x3b];
  return Buffer.concat([Buffer.from([...screen, ...image]), Buffer.from(`*/=1;${script}`)]);
}
