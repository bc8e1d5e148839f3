import { type AdmittedCall, CommandAdmission } from './command-admission';

const LIMITS = { maxOpenCalls: 1_000, targetMs: 250, freeCalls: 0 };
const WINDOW_MS = 200;

let people = 0;

/** A call by somebody new, in a room of their own unless told otherwise. */
function call(partition = 0, { roomId = `room-${String(++people)}`, actorId = `person-${String(++people)}` } = {}): AdmittedCall {
  return { type: 'message.post', partition, roomId, actorId };
}

/** An admission and the clock that it is told. */
function setUp(limits = LIMITS) {
  const lag = { turn: 0, ms: () => lag.turn, turnMs: () => lag.turn, stop: () => undefined };
  const admission = new CommandAdmission(4, limits, lag);
  const rig = {
    lag,
    admission,
    nowMs: 10_000,
    /** How many of so many calls are let in. */
    admit: (calls: readonly AdmittedCall[]): AdmittedCall[] => calls.filter((each) => admission.take(each, rig.nowMs) === undefined),
    crowd: (count: number, partition = 0): AdmittedCall[] => Array.from({ length: count }, () => call(partition)),
    /** Answers so many calls, each a moment after the one before, within a window, after which they are judged. */
    answer: (calls: readonly AdmittedCall[], waitedMs: number): void => {
      for (const each of calls) {
        rig.nowMs += WINDOW_MS / calls.length;
        admission.answered(each, waitedMs, rig.nowMs);
      }
    },
  };
  admission.take(call(0), rig.nowMs);
  return rig;
}

/** One that answered 40 calls of partition 0 within 200 ms, late, and as many of partition 1, as late as told. */
function late(elsewhereMs = 400) {
  const rig = setUp();
  rig.answer(rig.admit([call(0), call(1)]), 1);
  for (let window = 0; window < 3; window++) {
    for (const each of rig.admit(rig.crowd(40).flatMap((one) => [one, call(1)]))) {
      rig.nowMs += WINDOW_MS / 80;
      rig.admission.answered(each, each.partition === 0 ? 400 : elsewhereMs, rig.nowMs);
    }
  }
  return rig;
}

describe('CommandAdmission', () => {
  it('lets a burst in while answers come in time', () => {
    const { admit, crowd, answer } = setUp();
    answer(admit(crowd(50)), 100);

    expect(admit(crowd(400))).toHaveLength(400);
  });

  it('lets in only as many as were answered in the target time, all partitions together, once answers are late', () => {
    const { admit, crowd } = late();
    const admitted = admit(crowd(200).flatMap((one) => [one, call(1), call(2)])).length;

    // 80 in 200 ms are 100 in 250 ms, a fifth less for each window that stays late.
    expect(admitted).toBeGreaterThan(20);
    expect(admitted).toBeLessThanOrEqual(100);
  });

  it('takes the others as before where one partition is late: that is no reason to refuse what goes elsewhere', () => {
    const { admit, crowd } = late(10);

    expect(admit(crowd(200)).length).toBeLessThan(50);
    expect(admit(crowd(200, 1))).toHaveLength(200);
  });

  it('refuses nobody for being late while hardly anybody waits', () => {
    const rig = setUp({ ...LIMITS, freeCalls: 20 });
    for (let window = 0; window < 5; window++) rig.answer(rig.admit(rig.crowd(10)), 2_000);

    expect(rig.admit(rig.crowd(100))).toHaveLength(19);
  });

  it('lets nothing in while this turn of the event loop is behind, but for a few', () => {
    const { admission, lag, admit, crowd, nowMs } = setUp({ ...LIMITS, freeCalls: 20 });
    lag.turn = 251;
    expect(admit(crowd(100))).toHaveLength(19);
    expect(admission.take(call(1), nowMs)).toBe('lag');
    lag.turn = 250;

    expect(admit(crowd(100))).toHaveLength(100);
  });

  it('lets calls wait while there are no answers at all, and leaves place for other partitions', () => {
    const { admit, crowd, admission, nowMs } = setUp();

    expect(admit(crowd(2_000)).length).toBeCloseTo(499, -1);
    expect(admission.take(call(), nowMs)).toBe('full');
    expect(admit(crowd(2_000, 1)).length).toBeCloseTo(250, -1);
    expect(admit(crowd(2_000, 2)).length).toBeCloseTo(125, -1);
  });

  it('leaves place for other rooms and people of the partition', () => {
    const { admit, crowd, admission, nowMs } = setUp();
    const busyRoom = Array.from({ length: 2_000 }, () => call(0, { roomId: 'busy' }));

    expect(admit(busyRoom).length).toBeCloseTo(333, -1);
    expect(admission.take(call(0, { roomId: 'busy' }), nowMs)).toBe('share');
    expect(admit(crowd(50))).toHaveLength(50);

    const other = setUp();
    const busyPerson = Array.from({ length: 2_000 }, () => call(0, { actorId: 'busy' }));
    expect(other.admit(busyPerson).length).toBeCloseTo(250, -1);
  });

  it('lets nothing more be said where readers are behind, but lets people leave and be banned', () => {
    const { admission, nowMs } = setUp();
    admission.isBehind = (roomId) => roomId === 'large';
    const about = call(0, { roomId: 'large' });

    expect(admission.take(about, nowMs)).toBe('readers');
    expect(admission.take({ ...about, type: 'member.ban' }, nowMs)).toBeUndefined();
    expect(admission.take(call(), nowMs)).toBeUndefined();
  });

  it('refuses before anything is checked only soon after it has refused', () => {
    const { admission } = setUp({ ...LIMITS, maxOpenCalls: 1 });
    const refuses = (): boolean => admission.refusesEarly('message.post', 'room', 'person');
    expect(refuses()).toBe(false);
    admission.take(call(1), performance.now());

    expect(refuses()).toBe(true);
  });

  it('gives back the place of a call that ended without an answer, and learns nothing from it', () => {
    const { admit, crowd, admission } = setUp({ ...LIMITS, maxOpenCalls: 100 });
    const admitted = admit(crowd(100));
    expect(admit(crowd(1))).toHaveLength(0);
    for (const each of admitted) admission.ended(each);

    expect(admit(crowd(100))).toHaveLength(admitted.length);
  });
});
