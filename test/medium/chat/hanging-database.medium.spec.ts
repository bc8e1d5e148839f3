import { COMMANDS_TOPIC, EVENTS_TOPIC } from '@agent-chat/contracts';
import { deferred, eventually } from '@agent-chat/testing';
import { alice, create, post, roomIn, seqOf } from './calls';
import { openMoveRig, type MoveRig } from './move-rig';

describe('one database of several that answers no more', () => {
  let rig: MoveRig;
  beforeAll(async () => {
    rig = await openMoveRig();
  });
  afterAll(() => rig.stop());

  it('holds up neither commits nor the published events of the other (P18)', async () => {
    const [onA, onB] = [roomIn(0), roomIn(1)];
    await Promise.all([rig.send(create(onA, alice)), rig.send(create(onB, alice))]);
    const [refused, asked, goOn] = [deferred(), deferred(), deferred()];
    rig.lineTo(0).beforeRead = (sql) => {
      if (!sql.includes('room_events')) return Promise.resolve();
      asked.resolve();
      return goOn.promise;
    };
    // The log takes no events for a while: those of both databases are read from there afterwards.
    rig.log.appendFault = (topic) => {
      if (topic === COMMANDS_TOPIC) return undefined;
      refused.resolve();
      return { code: 'LOG_UNAVAILABLE', isWritten: false };
    };
    await rig.send(post(onA, alice, 'waits'));
    await refused.promise;
    rig.log.appendFault = () => undefined;
    await asked.promise;

    expect(seqOf(await rig.send(post(onB, alice, 'does not wait')))).toBe(3);
    const published = async (partition: number) => (await rig.log.read(EVENTS_TOPIC, partition, 0, 100)).records.map(({ value }) => value).join();
    await eventually(async () => expect(await published(1)).toContain('does not wait'));
    expect(await published(0)).not.toContain('waits');
    goOn.resolve();
    await eventually(async () => expect(await published(0)).toContain('waits'));
  });
});
