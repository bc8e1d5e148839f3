import { formatRoute, parseRoute, type Route } from './route';

const ROOM = '01a1fd9a-b849-7499-94c5-040903e87be4';

describe('addresses', () => {
  it.each<[string, Route]>([
    ['/', { page: 'home' }],
    ['/discover', { page: 'discover' }],
    ['/operations', { page: 'operations', section: 'figures' }],
    ['/operations/dead-letters', { page: 'operations', section: 'dead-letters' }],
    [`/r/${ROOM}`, { page: 'room', roomId: ROOM }],
    [`/r/${ROOM}/41`, { page: 'room', roomId: ROOM, seq: 41 }],
  ])('lead to a page and back: %s', (path, route) => {
    expect(parseRoute(path)).toEqual(route);
    expect(formatRoute(route)).toBe(path);
  });

  it('to a part of the operator’s page that there isn’t lead to its first', () => {
    expect(parseRoute('/operations/nonsense')).toEqual({ page: 'operations', section: 'figures' });
  });

  it.each(['/r/', '/operations/x/y', '/r/x', `/r/${ROOM}/x`, `/r/${ROOM}/1/2`, '//evil.example', '/r/..%2f'])('that are unknown lead home: %s', (path) => {
    expect(parseRoute(path)).toEqual({ page: 'home' });
  });
});
