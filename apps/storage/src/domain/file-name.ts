const MAX_NAME_BYTES = 255;
const NAMELESS = 'file';
// Controls, what turns the direction of text, and what is no part of a name anywhere.
const UNFIT = /[\p{Cc}\p{Surrogate}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069/\\]/gu;

/** A file's name as it is shown and downloaded: without folders and control characters, at most 255 bytes, its extension kept. */
export function fileName(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? '';
  const name = last.toWellFormed().replaceAll(UNFIT, '').replaceAll(/\s+/gu, ' ').trim();
  if (name === '' || /^\.+$/.test(name)) return NAMELESS;
  return shortened(name);
}

function shortened(name: string): string {
  if (byteLength(name) <= MAX_NAME_BYTES) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && byteLength(name.slice(dot)) <= 20 ? name.slice(dot) : '';
  let stem = '';
  for (const character of name.slice(0, name.length - extension.length)) {
    if (byteLength(stem) + byteLength(character) + byteLength(extension) > MAX_NAME_BYTES) break;
    stem += character;
  }
  return stem + extension;
}

function byteLength(text: string): number {
  let length = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return length;
}

/** The value of a `Content-Disposition` header (RFC 6266): a name in ASCII for old clients, and the name itself. */
export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(/['()*!]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
