import { QUERIES, type QueryName, serviceOf } from './index';

describe('the service of a query', () => {
  it('is known for every query', () => {
    const services = (Object.keys(QUERIES) as QueryName[]).map(serviceOf);

    expect(new Set(services)).toEqual(new Set(['chat', 'presence', 'analytics', 'storage', 'worker']));
    expect(serviceOf('interest.register')).toBe('chat');
    expect(serviceOf('typing.set')).toBe('presence');
  });
});
