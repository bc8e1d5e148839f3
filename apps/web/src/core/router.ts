import { formatRoute, parseRoute, type Route } from './route';
import { Store, useStore } from './store';

const routes = new Store<Route>(parseRoute(window.location.pathname));

window.addEventListener('popstate', () => routes.set(parseRoute(window.location.pathname)));

export function navigate(route: Route, options: { readonly replace?: boolean } = {}): void {
  const path = formatRoute(route);
  if (options.replace === true) window.history.replaceState(null, '', path);
  else if (path !== window.location.pathname) window.history.pushState(null, '', path);
  routes.set(route);
}

export function currentRoute(): Route {
  return routes.getSnapshot();
}

export function useRoute(): Route {
  return useStore(routes);
}

export function openRoom(roomId: string, seq?: number): void {
  navigate({ page: 'room', roomId, seq });
}

/** The address of a message, to be passed on. */
export function permalink(roomId: string, seq: number): string {
  return window.location.origin + formatRoute({ page: 'room', roomId, seq });
}
