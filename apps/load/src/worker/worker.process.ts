import { notify, serveTasks } from '@agent-chat/load';
import { type Share } from '../run/share';
import { LoadWorker } from './load-worker';

let worker: LoadWorker | undefined;

function current(): LoadWorker {
  if (worker === undefined) throw new Error('Nothing is prepared');
  return worker;
}

serveTasks({
  prepare: (share: Share) => {
    worker = new LoadWorker(share, notify);
  },
  open: ({ timeoutMs }: { timeoutMs: number }) => current().open(timeoutMs),
  run: ({ startMs }: { startMs: number }) => current().run(startMs),
  stop: () => {
    current().stop();
  },
  verify: () => current().verify(),
  close: () => {
    current().close();
  },
});
