// Starts a process that died again after a pause, as often as it takes, as Kubernetes would.
import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 2_000;

async function keep(node, { isReviving, tell, onChange }, signal) {
  while (!signal.aborted) {
    await node.ended;
    if (signal.aborted) return;
    tell(`${node.name} (process ${node.pid}) ended${isReviving ? `: starting it again in ${PAUSE_MS / 1_000} s` : ''}`);
    if (!isReviving) return;
    await delay(PAUSE_MS, undefined, { signal });
    await node.start().then(
      () => tell(`${node.name} is ready again (process ${node.pid})`),
      (error) => tell(`${node.name} did not start: ${error.message}`),
    );
    onChange();
  }
}

/** Watches `nodes` until the answer is called. `tell` hears what happens, `onChange` that process ids have changed. */
export function watchOver(nodes, options) {
  const stopping = new AbortController();
  for (const node of nodes) {
    keep(node, options, stopping.signal).catch((error) => {
      if (!stopping.signal.aborted) options.tell(`${node.name} is not watched any more: ${error.message}`);
    });
  }
  return () => stopping.abort();
}
