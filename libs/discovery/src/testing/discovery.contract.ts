import { eventually } from '@agent-chat/testing';
import { type Discovery } from '../discovery.port';
import { type ProcessIdentity } from '../process-identity';

/** What an adapter brings to the suite; everything in it belongs to one test. */
export interface DiscoveryHarness {
  /** This process's view. Its `load` is 0.25. */
  readonly discovery: Discovery;
  /** A `chat` of the version `1.2.3` at `10.0.0.1:3100`. */
  readonly identity: ProcessIdentity;
}

/** What every `Discovery` keeps. */
export function describeDiscoveryContract(name: string, open: () => Promise<DiscoveryHarness>): void {
  describe(`${name} as discovery`, () => {
    let discovery: Discovery;
    let identity: ProcessIdentity;
    beforeEach(async () => {
      ({ discovery, identity } = await open());
    });
    afterEach(() => discovery.close());

    it('does not show a process that has not been announced', () => {
      expect(discovery.all()).toEqual([]);
    });

    it('shows an announced process with what is known of it, to those who look for its service', async () => {
      await discovery.announce();

      const { instanceId } = identity;
      const shown = { service: 'chat', instanceId, version: '1.2.3', address: '10.0.0.1:3100', load: 0.25, ageMs: expect.any(Number) };
      expect(discovery.all()).toEqual([shown]);
      expect(discovery.instances('chat')).toMatchObject([{ instanceId }]);
      expect(discovery.instances('presence')).toEqual([]);
    });

    it('no longer shows a process that has left, and lets it come back', async () => {
      await discovery.announce();
      await Promise.all([discovery.leave(), discovery.leave()]);
      await eventually(() => expect(discovery.all()).toEqual([]));

      await discovery.announce();

      expect(discovery.all()).toHaveLength(1);
    });

    it('closes twice, and never announced', async () => {
      await expect(discovery.close()).resolves.toBeUndefined();
      await expect(discovery.close()).resolves.toBeUndefined();
    });
  });
}
