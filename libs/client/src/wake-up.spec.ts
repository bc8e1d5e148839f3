import { createClient } from './client';
import { type ConnectionStatus } from './connection';
import { ScriptedServer } from './testing/scripted-server';
import { SteeredEnvironment } from './testing/steered-environment';

/** The parts of a browser that tell of the network and of looks. */
class Browser {
  readonly window = new EventTarget();
  readonly document = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
  private readonly replaced = new Map(
    ['addEventListener', 'removeEventListener', 'document'].map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]),
  );

  constructor() {
    const { window, document } = this;
    const parts = { addEventListener: window.addEventListener.bind(window), removeEventListener: window.removeEventListener.bind(window), document };
    for (const [name, value] of Object.entries(parts)) Object.defineProperty(globalThis, name, { value, configurable: true });
  }

  show(visibilityState: 'hidden' | 'visible'): void {
    this.document.visibilityState = visibilityState;
    this.document.dispatchEvent(new Event('visibilitychange'));
  }

  remove(): void {
    for (const [name, descriptor] of this.replaced) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
}

/** A client that waits between two attempts to connect, since the server can't be reached. */
async function waitingClient() {
  const [server, environment] = [new ScriptedServer(), new SteeredEnvironment()];
  server.isReachable = false;
  const client = createClient({ url: 'http://server', tokenProvider: () => 'token', openTransport: server.open, fetch: server.fetch, environment });
  client.on('error', () => undefined);
  const statuses: ConnectionStatus[] = [];
  client.on('state', (status) => statuses.push(status));
  client.connect().catch(() => undefined);
  await environment.advance(0);
  const attempts = async () => {
    await environment.advance(0);
    return server.tokens.length;
  };
  return { client, server, environment, statuses, attempts };
}

describe('a client that waits for its next attempt to connect', () => {
  let browser: Browser;

  beforeEach(() => {
    browser = new Browser();
  });
  afterEach(() => browser.remove());

  it('tries at once when asked to, and says that it no longer waits', async () => {
    const { client, server, statuses, attempts } = await waitingClient();
    expect(statuses.at(-1)).toMatchObject({ state: 'connecting', retryInMs: 250 });
    server.isReachable = true;
    client.retryNow();
    expect(statuses.at(-1)?.retryInMs).toBeUndefined();
    expect(await attempts()).toBe(2);
    expect(client.state).toBe('connected');
    client.close();
  });

  it('tries at once when the network is back or the page comes into sight, and not when it goes out of sight', async () => {
    const { client, attempts } = await waitingClient();
    browser.window.dispatchEvent(new Event('online'));
    expect(await attempts()).toBe(2);
    browser.show('hidden');
    expect(await attempts()).toBe(2);
    browser.show('visible');
    expect(await attempts()).toBe(3);
    client.close();
    browser.show('visible');
    expect(await attempts()).toBe(3);
  });

  it('leaves a good connection alone', async () => {
    const { client, server, environment, attempts } = await waitingClient();
    server.isReachable = true;
    await environment.advance(250);
    expect(client.state).toBe('connected');
    client.retryNow();
    browser.show('visible');
    expect(await attempts()).toBe(2);
    client.close();
  });
});
