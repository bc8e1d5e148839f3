/** The parts of the operator's page. */
export const SECTIONS = ['figures', 'health', 'partitions', 'dead-letters', 'audit'] as const;
export type Section = (typeof SECTIONS)[number];

/** What the address says is shown. */
export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'discover' }
  | { readonly page: 'operations'; readonly section: Section }
  | { readonly page: 'room'; readonly roomId: string; /** The message to show. */ readonly seq?: number | undefined };

const ROOM = /^\/r\/([0-9a-f-]{36})(?:\/(\d{1,15}))?\/?$/i;

const OPERATIONS = /^\/operations(?:\/([a-z-]+))?\/?$/;

/** The route of a path; home for everything unknown. */
export function parseRoute(path: string): Route {
  if (/^\/discover\/?$/.test(path)) return { page: 'discover' };
  const operations = OPERATIONS.exec(path);
  if (operations !== null) return { page: 'operations', section: SECTIONS.find((section) => section === operations[1]) ?? 'figures' };
  const [, roomId, seq] = ROOM.exec(path) ?? [];
  if (roomId === undefined) return { page: 'home' };
  return { page: 'room', roomId: roomId.toLowerCase(), ...(seq === undefined ? {} : { seq: Number(seq) }) };
}

/** The path of a route. */
export function formatRoute(route: Route): string {
  if (route.page === 'home') return '/';
  if (route.page === 'discover') return '/discover';
  if (route.page === 'operations') return route.section === 'figures' ? '/operations' : `/operations/${route.section}`;
  return route.seq === undefined ? `/r/${route.roomId}` : `/r/${route.roomId}/${String(route.seq)}`;
}
