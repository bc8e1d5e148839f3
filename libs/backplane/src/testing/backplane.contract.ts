import { type GatewayId, newId } from '@agent-chat/kernel';
import { deferred, eventually } from '@agent-chat/testing';
import { type Backplane } from '../backplane.port';

/** What an adapter brings to the suite; everything in it belongs to one test. */
export interface BackplaneHarness {
  /** Two processes' views of one backplane; an adapter that lives in one process gives the same one twice. */
  readonly backplane: Backplane;
  readonly elsewhere: Backplane;
}

const gateway = (): GatewayId => newId<GatewayId>();

/** What every `Backplane` keeps, whatever carries it. */
export function describeBackplaneContract(name: string, open: () => Promise<BackplaneHarness>): void {
  describe(`${name} as a backplane`, () => {
    let backplane: Backplane;
    let elsewhere: Backplane;

    beforeEach(async () => {
      ({ backplane, elsewhere } = await open());
    });

    afterEach(() => Promise.all([backplane.close(), elsewhere.close()]));

    const listen = async (id: GatewayId): Promise<{ received: string[]; stop: () => Promise<void> }> => {
      const received: string[] = [];
      const listening = await elsewhere.listen(id, (channel, message) => received.push(`${channel} ${message}`));
      return { received, stop: () => listening.stop() };
    };

    it('brings a message to each of the gateways named, and to no other', async () => {
      const ids = [gateway(), gateway(), gateway()] as const;
      const listeners = await Promise.all(ids.map((id) => listen(id)));
      await backplane.publish([ids[0], ids[1]], 'events', 'hello');
      await backplane.publish(ids, 'control', 'end');
      await eventually(() => {
        const received = listeners.map((listener) => listener.received);
        expect(received).toEqual([['events hello', 'control end'], ['events hello', 'control end'], ['control end']]);
      });
    });

    it('keeps the order of one publisher to one gateway over all channels, and doubles nothing', async () => {
      const id = gateway();
      const { received } = await listen(id);
      const sent = Array.from({ length: 500 }, (_, index) => ({ channel: index % 2 === 0 ? 'events' : 'answers', text: String(index) }) as const);
      await Promise.all(sent.map(({ channel, text }) => backplane.publish([id, id], channel, text)));
      await eventually(() => {
        expect(received).toEqual(sent.map(({ channel, text }) => `${channel} ${text}`));
      });
    });

    it('carries any text unharmed', async () => {
      const id = gateway();
      const { received } = await listen(id);
      const text = JSON.stringify({ text: 'Zoë\n“漢字” 🦊', empty: '' });
      await backplane.publish([id], 'users', text);
      await eventually(() => {
        expect(received).toEqual([`users ${text}`]);
      });
    });

    it('passes over a gateway that is not there', async () => {
      const id = gateway();
      const { received } = await listen(id);
      await expect(backplane.publish([gateway()], 'events', 'to nobody')).resolves.toBeUndefined();
      await backplane.publish([gateway(), id], 'events', 'to one');
      await eventually(() => {
        expect(received).toEqual(['events to one']);
      });
    });

    it('publishes to no gateways at all', async () => {
      await expect(backplane.publish([], 'events', 'nothing')).resolves.toBeUndefined();
    });

    it('never runs a listener before publish has returned', async () => {
      const id = gateway();
      const { received } = await listen(id);
      const published = backplane.publish([id], 'events', 'later');
      expect(received).toEqual([]);
      await published;
      await eventually(() => {
        expect(received).toEqual(['events later']);
      });
    });

    it('goes on with the next message after a listener threw', async () => {
      const id = gateway();
      const second = deferred<string>();
      await elsewhere.listen(id, (_, message) => {
        if (message === 'bad') throw new Error('listener');
        second.resolve(message);
      });
      await backplane.publish([id], 'events', 'bad');
      await backplane.publish([id], 'events', 'good');
      await expect(second.promise).resolves.toBe('good');
    });

    it('lists the gateways that listen, and no longer those that stopped', async () => {
      const [one, other] = [gateway(), gateway()];
      const listening = await listen(one);
      await listen(other);
      await eventually(async () => {
        expect([...(await backplane.gateways())].sort()).toEqual([one, other].sort());
      });
      expect([await backplane.lives(one), await backplane.lives(gateway())]).toEqual([true, false]);
      await listening.stop();
      await listening.stop();
      await eventually(async () => {
        expect(await backplane.gateways()).toEqual([other]);
      });
      expect([await backplane.lives(one), await backplane.lives(other)]).toEqual([false, true]);
    });

    it('brings nothing to a listener that stopped', async () => {
      const [one, other] = [gateway(), gateway()];
      const stopped = await listen(one);
      const { received } = await listen(other);
      await stopped.stop();
      await backplane.publish([one, other], 'events', 'late');
      await eventually(() => {
        expect(received).toEqual(['events late']);
      });
      expect(stopped.received).toEqual([]);
    });

    it('gives a name to who listened last, and what the one before stops leaves it alone', async () => {
      const id = gateway();
      const before: string[] = [];
      const former = await backplane.listen(id, (_, message) => before.push(message));
      const { received } = await listen(id);
      await backplane.publish([id], 'control', 'first');
      await eventually(() => {
        expect(received).toEqual(['control first']);
      });
      await former.stop();
      expect(await backplane.gateways()).toEqual([id]);
      await backplane.publish([id], 'control', 'second');
      await eventually(() => {
        expect(received).toEqual(['control first', 'control second']);
      });
      expect(before).toEqual([]);
    });

    it('refuses everything once closed, and closes twice', async () => {
      await listen(gateway());
      await Promise.all([backplane.close(), backplane.close()]);
      await expect(backplane.publish([gateway()], 'events', 'x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(backplane.listen(gateway(), () => undefined)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(backplane.gateways()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(backplane.lives(gateway())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });
}
