import { deferred, eventually } from '@agent-chat/testing';
import { Outbox, type SendOutcome } from './outbox';

describe('Outbox', () => {
  const open = (): { outbox: Outbox; sent: string[][]; finish: (outcome: SendOutcome) => void; idle: () => number } => {
    const sent: string[][] = [];
    let current = deferred<SendOutcome>();
    let idle = 0;
    const outbox = new Outbox({
      send: (letters) => {
        sent.push(letters.map(({ message }) => message));
        current = deferred<SendOutcome>();
        return current.promise;
      },
      onIdle: () => (idle += 1),
    });
    return { outbox, sent, finish: (outcome) => current.resolve(outcome), idle: () => idle };
  };

  const letter = (message: string): { channel: 'events'; message: string } => ({ channel: 'events', message });

  it('sends what one turn brings together, and what comes meanwhile after that', async () => {
    const { outbox, sent, finish, idle } = open();
    const first = [outbox.put(letter('1')), outbox.put(letter('2'))];
    await eventually(() => {
      expect(sent).toEqual([['1', '2']]);
    });
    const second = outbox.put(letter('3'));
    finish('unknown');
    await expect(Promise.all(first)).resolves.toEqual(['unknown', 'unknown']);
    await eventually(() => {
      expect(sent).toEqual([['1', '2'], ['3']]);
    });
    expect(idle()).toBe(0);
    finish('sent');
    await expect(second).resolves.toBe('sent');
    await eventually(() => {
      expect(idle()).toBe(1);
    });
  });

  it('bounds an envelope by number and by length', async () => {
    const { outbox, sent, finish } = open();
    const many = Array.from({ length: 250 }, (_, index) => outbox.put(letter(String(index))));
    many.push(outbox.put(letter('x'.repeat(600_000))), outbox.put(letter('y')));
    for (const length of [200, 50, 1, 1]) {
      await eventually(() => {
        expect(sent.at(-1)).toHaveLength(length);
      });
      finish('sent');
      await eventually(() => undefined);
    }
    await Promise.all(many);
    expect(sent.flat()).toHaveLength(252);
  });

  it('refuses more than it can hold, and takes again when there is room', async () => {
    const { outbox, sent, finish } = open();
    const full = outbox.put(letter('x'.repeat(16 * 1024 * 1024)));
    await expect(outbox.put(letter('y'))).resolves.toBe('refused');
    await eventually(() => {
      expect(sent).toHaveLength(1);
    });
    const next = outbox.put(letter('z'));
    finish('sent');
    await full;
    await eventually(() => {
      expect(sent.at(-1)).toEqual(['z']);
    });
    finish('sent');
    await expect(next).resolves.toBe('sent');
  });
});
