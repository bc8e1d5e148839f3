import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** One server process of a test, which can be made to fail. */
export interface TestServer {
  readonly name: string;
  readonly port: number;
  /** An end in good order. */
  stop(): Promise<void>;
  /** A crash. */
  kill(): Promise<void>;
  /** Starts it again at the same place, where its kind of server can. */
  restart(): Promise<void>;
  /** A machine that stands still. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** Servers that belong to one test; `settings` is what the environment of a process that uses them says. */
export interface TestServers {
  readonly settings: Readonly<Record<string, string>>;
  readonly servers: readonly TestServer[];
  stop(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly error?: string;
  readonly settings?: Record<string, string>;
  readonly nodes?: readonly { readonly name: string; readonly port: number }[];
}

type Verb = 'stop' | 'kill' | 'restart' | 'pause' | 'resume';

const PROGRAM = join(__dirname, '../../../scripts/servers/serve.mjs');

/** Starts the servers of `scripts/servers/<name>.mjs` for one test; they end with this process at the latest. */
export async function startTestServers(name: string, options: object = {}): Promise<TestServers> {
  const child = fork(PROGRAM, [name, JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { settings = {}, nodes = [] } = await answer(child, (message) => message.id === undefined);
  let calls = 0;
  const tell = async (at: number, verb: Verb): Promise<void> => {
    const id = (calls += 1);
    const done = answer(child, (message) => message.id === id);
    child.send({ id, at, verb });
    await done;
  };
  const servers = nodes.map(({ name: called, port }, at) => {
    return {
      name: called,
      port,
      stop: () => tell(at, 'stop'),
      kill: () => tell(at, 'kill'),
      restart: () => tell(at, 'restart'),
      pause: () => tell(at, 'pause'),
      resume: () => tell(at, 'resume'),
    };
  });
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    await exited;
  };
  return { settings, servers, stop };
}

function answer(child: ChildProcess, isIt: (message: Message) => boolean): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: Message): void => {
      if (!isIt(message)) return;
      child.off('message', onMessage).off('exit', onExit);
      if (message.error === undefined) resolve(message);
      else reject(new Error(message.error));
    };
    const onExit = (): void => reject(new Error('The servers of a test ended'));
    child.on('message', onMessage).once('exit', onExit);
  });
}
