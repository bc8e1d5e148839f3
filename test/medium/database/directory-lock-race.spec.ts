import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { installProgram } from './database-process';

const CONTENDERS = 8;
const ROUNDS = 60;

// Threads start within microseconds of each other, which processes never do.
const CONTENDER = `
const { workerData, parentPort } = require('node:worker_threads');
const { DirectoryLock } = require(workerData.library);
const gate = new Int32Array(workerData.gate);
parentPort.on('message', ({ directory, round }) => {
  Atomics.add(gate, 0, 1);
  while (Atomics.load(gate, 0) < round * workerData.contenders);
  DirectoryLock.acquire(directory, directory).then(() => parentPort.postMessage(true), () => parentPort.postMessage(false));
});
`;

describe('the lock of a dead process', () => {
  let base: string;
  let workers: Worker[];

  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'agent-chat-race-'));
    installProgram(join(base, 'program'));
    const library = join(base, 'program/libs/database/src/adapters/embedded/directory-lock.js');
    const gate = new SharedArrayBuffer(4);
    const workerData = { library, gate, contenders: CONTENDERS };
    workers = Array.from({ length: CONTENDERS }, () => new Worker(CONTENDER, { eval: true, workerData }));
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.terminate()));
    rmSync(base, { recursive: true, force: true });
  });

  it(`goes to exactly one of ${CONTENDERS} that reach for it in the same moment, ${ROUNDS} times over`, async () => {
    for (let round = 1; round <= ROUNDS; round++) {
      const directory = mkdtempSync(join(base, 'round-'));
      writeFileSync(join(directory, 'lock'), JSON.stringify({ pid: process.pid, identity: 'another boot/1', nonce: 'stale' }));
      const answers = await Promise.all(workers.map((worker) => ask(worker, { directory, round })));
      expect(answers.filter(Boolean)).toHaveLength(1);
    }
  });
});

// A thread that fails ends the run by an unhandled 'error' event.
function ask(worker: Worker, question: { directory: string; round: number }): Promise<boolean> {
  return new Promise((resolve) => {
    worker.once('message', resolve);
    worker.postMessage(question);
  });
}
