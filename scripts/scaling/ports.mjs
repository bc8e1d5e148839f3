// Which port is whose: the same at every start, so that a database tool finds its server again.
import { isFree } from '../servers/server.mjs';

const KINDS = ['gateway', 'chat', 'presence', 'analytics', 'kafka', 'redis', 'postgres', 'etcd', 'patroni', 'storage', 'worker', 's3'];
const BLOCK = 20;

/** Rejects if something else listens there already. */
export async function requireFree(port, host, owner, remedy) {
  if (!(await isFree(port, host))) throw new Error(`Port ${port} is in use, which ${owner} was to have. Stop what uses it, or ${remedy}.`);
}

/** For the name of a server (`kafka`) or of a process (`chat-2`, which has two ports), what answers its next port. */
export function portsFrom(first) {
  return (name) => {
    const [kind, index = '1'] = name.split('-');
    let next = first + KINDS.indexOf(kind) * BLOCK + (Number(index) - 1) * 2;
    return async () => {
      const port = next++;
      await requireFree(port, '127.0.0.1', name, 'give another first port: npm run dev:scaling -- --first-port 5100');
      return port;
    };
  };
}
