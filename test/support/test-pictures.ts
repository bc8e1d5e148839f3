import sharp from 'sharp';

/** A picture that looks like one, of another colour each time. */
export async function landscape(width: number, height: number, hue: number): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 400 300" preserveAspectRatio="none">
    <defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="hsl(${hue},60%,45%)"/><stop offset="1" stop-color="hsl(${hue + 50},80%,82%)"/></linearGradient></defs>
    <rect width="400" height="300" fill="url(#sky)"/><circle cx="290" cy="120" r="34" fill="hsl(${hue + 60},95%,90%)"/>
    <path d="M0 220 90 120 170 200 250 100 330 190 400 140V300H0Z" fill="hsl(${hue + 10},35%,34%)"/>
    <path d="M0 260 120 190 220 250 320 200 400 240V300H0Z" fill="hsl(${hue + 20},40%,22%)"/></svg>`;
  return sharp(Buffer.from(svg)).jpeg({ quality: 85 }).toBuffer();
}

/** A header that says 100,000 x 100,000 pixels, and a few bytes. */
export async function imageBomb(): Promise<Buffer> {
  const bomb = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#000' } })
    .png()
    .toBuffer();
  bomb.writeUInt32BE(100_000, 16);
  bomb.writeUInt32BE(100_000, 20);
  bomb.writeUInt32BE(crcOf(bomb.subarray(12, 29)), 29);
  return bomb;
}

/** A picture of which the second half has not arrived. */
export async function halfPicture(): Promise<Buffer> {
  const whole = await sharp({ create: { width: 900, height: 900, channels: 3, background: '#a0b0c0', noise: { type: 'gaussian', mean: 128, sigma: 30 } } })
    .jpeg()
    .toBuffer();
  return whole.subarray(0, whole.length / 2);
}

function crcOf(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
