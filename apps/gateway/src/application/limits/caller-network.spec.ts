import { callerNetwork } from './caller-network';

describe('whom a limit by address counts', () => {
  it('is one network of 64 bits, however its addresses are written', () => {
    for (const address of ['2001:db8:1:2::1', '2001:0DB8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2:0:0:0:0', '2001:db8:1:2::1%eth0']) {
      expect(callerNetwork(address)).toBe('2001:db8:1:2::/64');
    }
    expect(callerNetwork('2001:db8:1:3::1')).toBe('2001:db8:1:3::/64');
    expect(callerNetwork('::1')).toBe('0:0:0:0::/64');
  });

  it('is a single IPv4 address, also one that is written as IPv6', () => {
    expect(['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201', '0:0:0:0:0:FFFF:192.0.2.1'].map(callerNetwork)).toEqual(Array(4).fill('192.0.2.1'));
    expect(callerNetwork('::ffff:192.0.2.2')).toBe('192.0.2.2');
  });

  it('is whatever is no address, as it is', () => {
    expect(callerNetwork('nobody')).toBe('nobody');
  });
});
