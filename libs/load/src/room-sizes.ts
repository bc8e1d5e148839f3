/** All of one size, or by a power law: few large rooms and many small ones, the density falling with `size ^ -exponent`. */
export type SizeLaw = { readonly fixed: number } | { readonly min: number; readonly max: number; readonly exponent: number };

/** Sizes of `count` rooms, largest first: the law's own quantiles, so that no draw of luck tells two runs apart. */
export function roomSizes(count: number, law: SizeLaw): number[] {
  if ('fixed' in law) return Array.from({ length: count }, () => law.fixed);
  return Array.from({ length: count }, (_, index) => sizeAt(1 - (index + 0.5) / count, law));
}

/** The size that this share of the rooms stays at or under. */
function sizeAt(share: number, { min, max, exponent }: { readonly min: number; readonly max: number; readonly exponent: number }): number {
  const bend = 1 - exponent;
  // Sizes are whole: the continuous law runs to max + 1 and is rounded down.
  const top = max + 1;
  const size = Math.abs(bend) < 1e-9 ? min * (top / min) ** share : (min ** bend + share * (top ** bend - min ** bend)) ** (1 / bend);
  return Math.min(max, Math.max(min, Math.floor(size)));
}
