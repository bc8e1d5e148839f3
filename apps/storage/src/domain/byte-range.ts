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
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') return suffix(Number(last), sizeBytes);
  const start = Number(first);
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= sizeBytes ? 'unsatisfiable' : { start, end };
}

function suffix(length: number, sizeBytes: number): AskedRange | 'unsatisfiable' {
  if (length === 0 || sizeBytes === 0) return 'unsatisfiable';
  return { start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 };
}
