/** A part in bytes; both ends belong to it. */
export interface AskedRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What a `Range` header asks of something of this size (RFC 9110, section 14): one range, `unsatisfiable`, or undefined for everything, also where it asks for several ranges or
 * can't be read: a server may answer these with the whole.
 */
export function askedRange(header: string | undefined, sizeBytes: number): AskedRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (first === '') return last === '' ? undefined : suffix(Number(last), sizeBytes);
  return fromTo(Number(first), last === '' ? Infinity : Number(last), sizeBytes);
}

function fromTo(start: number, last: number, sizeBytes: number): AskedRange | 'unsatisfiable' | undefined {
  if (start >= sizeBytes) return last < start ? undefined : 'unsatisfiable';
  return last < start ? undefined : { start, end: Math.min(last, sizeBytes - 1) };
}

function suffix(length: number, sizeBytes: number): AskedRange | 'unsatisfiable' {
  if (length === 0 || sizeBytes === 0) return 'unsatisfiable';
  return { start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 };
}
