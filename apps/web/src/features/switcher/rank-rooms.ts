/** What can be jumped to. */
export interface Jumpable {
  readonly roomId: string;
  readonly name: string;
  readonly unread: number;
}

function score(name: string, query: string): number {
  const lower = name.toLowerCase();
  if (lower.startsWith(query)) return 3;
  if (lower.split(/[\s._-]+/u).some((word) => word.startsWith(query))) return 2;
  return lower.includes(query) ? 1 : 0;
}

/** The rooms that fit what was typed, best first; unread ones first while nothing is typed. Keeps the given order among equals. */
export function rankRooms<Room extends Jumpable>(rooms: readonly Room[], text: string): Room[] {
  const query = text.trim().toLowerCase().replace(/^[#@]/, '');
  const ranked = rooms.map((room) => ({ room, rank: query === '' ? 1 + Number(room.unread > 0) : score(room.name, query) }));
  return ranked
    .filter(({ rank }) => rank > 0)
    .sort((one, other) => other.rank - one.rank)
    .map(({ room }) => room);
}
