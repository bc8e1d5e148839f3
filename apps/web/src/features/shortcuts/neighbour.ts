/** The next of a list in one direction, from the one that is open, around its end; without one, the first in that direction. */
export function neighbour<Item extends { readonly roomId: string }>(
  items: readonly Item[],
  openId: string | undefined,
  step: 1 | -1,
  isWanted: (item: Item) => boolean,
): Item | undefined {
  const at = items.findIndex(({ roomId }) => roomId === openId);
  const start = at < 0 && step === -1 ? 0 : at;
  for (let distance = 1; distance <= items.length; distance++) {
    const item = items[(start + step * distance + items.length * 2) % items.length];
    if (item !== undefined && item.roomId !== openId && isWanted(item)) return item;
  }
  return undefined;
}
