import { type AckedMessage, DeliveryVerifier, type SeenEvent, type VerifierReport } from './delivery-verifier';

const event = (seq: number, identity = `m${String(seq)}`): SeenEvent => ({ roomId: 'lobby', epoch: 1, seq, identity });
const LOG = [1, 2, 3, 4, 5].map((seq) => event(seq));

function judge(change: (seen: SeenEvent[], acked: AckedMessage[], log: SeenEvent[]) => void): VerifierReport {
  const seen = [...LOG];
  const log = [...LOG];
  const acked = LOG.map((message, index) => ({ ...message, sender: 'alice', sendNo: index + 1 }));
  change(seen, acked, log);
  const verifier = new DeliveryVerifier();
  for (const message of acked) verifier.acknowledge(message);
  for (const delivered of seen) verifier.deliver('bob', delivered);
  return verifier.verify(new Map([['lobby', log]]));
}

describe('DeliveryVerifier', () => {
  it('finds nothing where the promise was kept', () => {
    expect(judge(() => undefined)).toEqual({ checked: 10, lost: 0, duplicated: 0, reordered: 0, examples: [] });
  });

  it('reports an event that a reader did not get', () => {
    expect(judge((seen) => seen.splice(2, 1))).toMatchObject({ lost: 1, duplicated: 0, reordered: 0 });
  });

  it('reports an event that a reader got twice', () => {
    expect(judge((seen) => seen.splice(2, 0, event(2)))).toMatchObject({ lost: 0, duplicated: 1 });
  });

  it('reports two events that a reader got the wrong way round', () => {
    expect(judge((seen) => seen.splice(1, 2, event(3), event(2))).reordered).toBeGreaterThan(0);
  });

  it('reports an acknowledged message that is not stored', () => {
    expect(
      judge((seen, _acked, log) => {
        seen.pop();
        log.pop();
      }),
    ).toMatchObject({ lost: 1 });
  });

  it('reports an acknowledged message that is stored twice', () => {
    expect(judge((_seen, _acked, log) => log.push(event(6, 'm5')))).toMatchObject({ duplicated: 1 });
  });

  it('reports a message that is stored elsewhere than its acknowledgement said', () => {
    expect(judge((_seen, acked) => acked.splice(4, 1, { ...event(9, 'm5'), sender: 'alice', sendNo: 5 })).reordered).toBe(1);
  });

  it('reports messages of one sender that were stored in another order than sent', () => {
    expect(
      judge((_seen, acked) =>
        acked.forEach((message, index) => {
          acked[index] = { ...message, sendNo: 6 - message.sendNo };
        }),
      ).reordered,
    ).toBe(4);
  });

  it('reports content that differs from what is stored', () => {
    expect(judge((seen) => seen.splice(2, 1, event(3, 'other')))).toMatchObject({ reordered: 1 });
  });

  describe('where a history was replaced', () => {
    const restored = [event(1), event(2), ...[event(3, 'm4'), event(4, 'new')].map((each) => ({ ...each, epoch: 2 }))];
    const logs = new Map([['lobby', restored]]);
    const readAnew = (): DeliveryVerifier => {
      const verifier = new DeliveryVerifier();
      for (const delivered of LOG.slice(0, 4)) verifier.deliver('bob', delivered);
      verifier.startAnew('bob', 'lobby');
      for (const delivered of restored) verifier.deliver('bob', delivered);
      return verifier;
    };

    it('lets a message lie elsewhere than was acknowledged before, and a reader begin anew', () => {
      const verifier = readAnew();
      verifier.acknowledge({ ...event(4), sender: 'alice', sendNo: 1 });
      verifier.acknowledge({ ...event(4, 'new'), epoch: 2, sender: 'alice', sendNo: 2 });

      expect(verifier.verify(logs)).toEqual({ checked: 10, lost: 0, duplicated: 0, reordered: 0, examples: [] });
    });

    it('reports an acknowledged message that is gone', () => {
      const verifier = readAnew();
      verifier.acknowledge({ ...event(5), sender: 'alice', sendNo: 1 });

      expect(verifier.verify(logs)).toMatchObject({ lost: 1 });
    });

    it('reports a reader who was given the new history behind the old one', () => {
      const verifier = new DeliveryVerifier();
      for (const delivered of [...LOG.slice(0, 3), { ...event(4, 'new'), epoch: 2 }]) verifier.deliver('bob', delivered);
      verifier.startAnew('bob', 'lobby');

      expect(verifier.verify(logs)).toMatchObject({ reordered: 1 });
    });

    it('reports a reader whom nobody told', () => {
      const verifier = new DeliveryVerifier();
      for (const delivered of LOG.slice(0, 3)) verifier.deliver('bob', delivered);

      expect(verifier.verify(logs)).toMatchObject({ reordered: 1 });
    });
  });

  it('proves on what it observed that it would have reported a loss, a duplicate and a swap', () => {
    const verifier = new DeliveryVerifier();
    for (const delivered of LOG) verifier.deliver('bob', delivered);

    expect(verifier.negativeControl(new Map([['lobby', LOG]]))).toEqual({ loss: true, duplicate: true, swap: true });
  });
});
