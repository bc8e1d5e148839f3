/** Castagnoli's polynomial, its bits reversed: the checksum of Kafka's record batches (RFC 3720, section 12.1). */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;
const BYTES = 256;

/** Part `n` has the checksum of each byte as `n` zero bytes behind it leave it: so eight bytes are taken at a time. */
const TABLE = makeTable();

/** The CRC-32C of the bytes from one place up to another, as an unsigned number. */
export function crc32c(bytes: Buffer, from: number, to: number): number {
  let crc = -1;
  let at = from;
  for (; at + SLICES <= to; at += SLICES) {
    const low = crc ^ bytes.readInt32LE(at);
    const high = bytes.readInt32LE(at + 4);
    crc =
      ofByte(7, low) ^
      ofByte(6, low >>> 8) ^
      ofByte(5, low >>> 16) ^
      ofByte(4, low >>> 24) ^
      ofByte(3, high) ^
      ofByte(2, high >>> 8) ^
      ofByte(1, high >>> 16) ^
      ofByte(0, high >>> 24);
  }
  for (; at < to; at += 1) crc = ofByte(0, crc ^ bytes.readUInt8(at)) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** What a table says of the lowest byte. */
function ofByte(slice: number, value: number): number {
  return TABLE[slice * BYTES + (value & 0xff)] ?? 0;
}

function makeTable(): Int32Array {
  const table = new Int32Array(SLICES * BYTES);
  for (let byte = 0; byte < BYTES; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    table[byte] = crc;
  }
  for (let at = BYTES; at < table.length; at += 1) {
    const before = table[at - BYTES] ?? 0;
    table[at] = (before >>> 8) ^ (table[before & 0xff] ?? 0);
  }
  return table;
}
