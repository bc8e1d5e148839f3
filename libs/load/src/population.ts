import { shuffled } from './seeded-random';

/** Who is in which room, by numbers: the first of a room made it. */
export type Membership = readonly (readonly number[])[];

/**
 * Deals people to rooms of these sizes as cards are dealt: everybody is in about as many rooms as everybody else, nobody twice in one, and neighbours differ from room to room.
 */
export function dealMembers(people: number, sizes: readonly number[], random: () => number): Membership {
  let deck: number[] = [];
  return sizes.map((size) => {
    const members = new Set<number>();
    const later: number[] = [];
    while (members.size < Math.min(size, people)) {
      if (deck.length === 0) deck = shuffled(people, random);
      const card = deck.pop() ?? 0;
      if (members.has(card)) later.push(card);
      else members.add(card);
    }
    for (const card of later) deck.push(card);
    return [...members];
  });
}

/** A process's part of the people, `[first, after the last]`. */
export function shareOf(people: number, part: number, parts: number): [number, number] {
  return [Math.floor((people * part) / parts), Math.floor((people * (part + 1)) / parts)];
}
