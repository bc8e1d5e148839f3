import { Discovery, ProcessIdentity, type ServiceInstance } from '@agent-chat/discovery';
import { type Peers } from './ports';
import { refuseOtherPublicUrl } from './same-public-url';

class Known extends Discovery {
  constructor(private readonly known: readonly ServiceInstance[]) {
    super();
  }
  override instances = (): readonly ServiceInstance[] => this.known;
  override all = (): readonly ServiceInstance[] => this.known;
  override announce = (): Promise<void> => Promise.resolve();
  override leave = (): Promise<void> => Promise.resolve();
  override close = (): Promise<void> => Promise.resolve();
}

const gateway = (publicUrl?: string) => new ProcessIdentity('gateway', '1', 'a:1', publicUrl);

function known({ service, instanceId, version, publicUrl }: ProcessIdentity): ServiceInstance {
  return { service, instanceId, version, address: 'b:1', load: 0, ageMs: 0, ...(publicUrl === undefined ? {} : { publicUrl }) };
}

function look(identity: ProcessIdentity, ...others: readonly ProcessIdentity[]): () => void {
  return () => refuseOtherPublicUrl({ identity, discovery: new Known([identity, ...others].map(known)) } as unknown as Peers);
}

describe('gateways with different public addresses that start at once', () => {
  it('leave the first of them, and refuse every other', () => {
    const [first, second, same] = [gateway('http://one'), gateway('http://two'), gateway('http://one')];

    expect(look(first, second, same)).not.toThrow();
    expect(look(same, first)).not.toThrow();
    expect(look(second, first, same)).toThrow('PUBLIC_URL is http://two, but the gateway at b:1 has http://one: give every gateway the same');
  });

  it('are no matter of processes that have none', () => {
    const [one, chat] = [gateway('http://one'), gateway()];
    expect(look(chat, one)).not.toThrow();
    expect(look(gateway('http://one'), chat)).not.toThrow();
  });
});
