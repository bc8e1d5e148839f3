import { type Discovery, ProcessIdentity } from '@agent-chat/discovery';
import { describeDiscoveryContract } from '@agent-chat/discovery/testing';
import { eventually } from '@agent-chat/testing';
import { InMemoryDiscovery } from '../memory';
import { DnsDiscovery, type ServiceUrls } from './dns-discovery';
import { resolveAddresses } from './resolve-addresses';

const identity = new ProcessIdentity('chat', '1.2.3', '10.0.0.1:3100');
const local = () => new InMemoryDiscovery({ identity, load: () => 0.25 });

describeDiscoveryContract('DnsDiscovery without names', async () => ({
  discovery: await DnsDiscovery.open({ urls: {}, others: local(), onError: () => undefined }),
  identity,
}));

describe('discovery by DNS names', () => {
  const names = new Map<string, readonly string[]>();
  const errors: unknown[] = [];
  const opened: Discovery[] = [];
  beforeEach(() => {
    errors.length = 0;
    names.clear();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
  });

  async function open(urls: ServiceUrls, others = local()) {
    const resolve = async (url: string) => {
      const found = names.get(url);
      if (found === undefined) throw new Error('ENOTFOUND');
      return found;
    };
    const discovery = await DnsDiscovery.open({ urls, others, resolve, onError: (error) => errors.push(error) });
    opened.push(discovery);
    return discovery;
  }
  const addresses = (discovery: Discovery) => discovery.instances('presence').map(({ address }) => address);

  it('takes every address of a name for a process, and follows changes', async () => {
    names.set('http://presence:3100', ['10.0.0.2:3100', '10.0.0.3:3100']);
    const discovery = await open({ presence: 'http://presence:3100' });
    expect(addresses(discovery)).toEqual(['10.0.0.2:3100', '10.0.0.3:3100']);

    names.set('http://presence:3100', ['10.0.0.4:3100']);

    await eventually(() => expect(addresses(discovery)).toEqual(['10.0.0.4:3100']));
  });

  it('goes on with the addresses known last while the name cannot be resolved, and says so once', async () => {
    names.set('http://presence:3100', ['10.0.0.2:3100']);
    const discovery = await open({ presence: 'http://presence:3100', analytics: 'http://analytics:3100' });

    names.clear();

    await eventually(() => expect(errors).toHaveLength(2));
    expect(addresses(discovery)).toEqual(['10.0.0.2:3100']);
  });

  it('leaves services without a name to the others, and shows each process once', async () => {
    const others = local();
    names.set('http://chat:3100', ['10.0.0.1:3100', '10.0.0.9:3100']);
    const discovery = await open({ chat: 'http://chat:3100' }, others);
    await discovery.announce();

    expect(discovery.all().map(({ address, version }) => [address, version])).toEqual([
      ['10.0.0.1:3100', '1.2.3'],
      ['10.0.0.9:3100', ''],
    ]);
    const unnamed = await open({}, others);
    expect(unnamed.instances('chat')).toHaveLength(1);
  });

  it('asks the system for names', async () => {
    expect(await resolveAddresses('http://localhost:3100')).toContain('127.0.0.1:3100');
    expect(await resolveAddresses('http://10.0.0.7')).toEqual(['10.0.0.7:80']);
    expect(await resolveAddresses('http://[::1]:81')).toEqual(['[::1]:81']);
  });
});
