import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** One server process of a test, which can be made to fail. */
export interface TestServer {
  readonly name: string;
  readonly port: number;
  /** Of the process that runs now. */
  readonly pid: number;
  readonly log: string;
  /** An end in good order; resolves with its exit code, where that is known. */
  stop(): Promise<number | null>;
  /** A crash. */
  kill(): Promise<void>;
  /** Starts it again at the same place, where its kind of server can. */
  restart(): Promise<void>;
  /** A crash that takes the data along, where its kind of server can do without: `restart` makes it anew from the others. */
  destroy(): Promise<void>;
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
  readonly nodes?: readonly { readonly name: string; readonly port: number; readonly pid: number; readonly log: string }[];
  readonly pid?: number;
  readonly exitCode?: number | null;
}

type Verb = 'stop' | 'kill' | 'destroy' | 'restart' | 'pause' | 'resume';

const PROGRAM = join(__dirname, '../../../scripts/servers/serve.mjs');

/** Starts the servers of `scripts/servers/<name>.mjs` for one test; they end with this process at the latest. */
export async function startTestServers(name: string, options: object = {}): Promise<TestServers> {
  const child = fork(PROGRAM, [name, JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { settings = {}, nodes = [] } = await answer(child, (message) => message.id === undefined);
  let calls = 0;
  const tell = async (at: number, verb: Verb): Promise<Message> => {
    const id = (calls += 1);
    const done = answer(child, (message) => message.id === id);
    child.send({ id, at, verb });
    return done;
  };
  const servers = nodes.map(({ name: called, port, pid, log }, at) => serverOf({ name: called, port, pid, log }, (verb) => tell(at, verb)));
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    await exited;
  };
  return { settings, servers, stop };
}

function serverOf(place: Pick<TestServer, 'name' | 'port' | 'pid' | 'log'>, tell: (verb: Verb) => Promise<Message>): TestServer {
  let { pid } = place;
  const told = async (verb: Verb): Promise<void> => {
    pid = (await tell(verb)).pid ?? pid;
  };
  return {
    ...place,
    get pid() {
      return pid;
    },
    stop: async () => (await tell('stop')).exitCode ?? null,
    kill: () => told('kill'),
    destroy: () => told('destroy'),
    restart: () => told('restart'),
    pause: () => told('pause'),
    resume: () => told('resume'),
  };
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
