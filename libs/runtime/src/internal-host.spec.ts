import { internalHost } from './internal-host';

describe('the host by which others reach a process', () => {
  const address = (address: string, family: 'IPv4' | 'IPv6', internal: boolean) =>
    ({ address, family, internal, netmask: '', mac: '', cidr: null, scopeid: 0 }) as never;
  const interfaces = { lo: [address('127.0.0.1', 'IPv4', true)], eth0: [address('fd00::7', 'IPv6', false), address('10.0.0.7', 'IPv4', false)] };

  it.each([
    ['what is configured', { host: '0.0.0.0', address: 'pod-7.chat' }, 'pod-7.chat'],
    ['where it listens', { host: '10.1.1.1' }, '10.1.1.1'],
    ['an address of the machine where it listens on all', { host: '0.0.0.0' }, '10.0.0.7'],
    ['in brackets where a colon would mislead', { host: '::1' }, '[::1]'],
  ])('is %s', (_, config, expected) => {
    expect(internalHost(config, interfaces)).toBe(expected);
  });

  it('is this machine where there is no network', () => {
    expect(internalHost({ host: '::' }, {})).toBe('127.0.0.1');
  });
});
