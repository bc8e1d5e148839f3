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
