import { addressOfOwner, ProcessIdentity } from './process-identity';

describe('who a process is', () => {
  it('is told anew with each start', () => {
    const [one, other] = [new ProcessIdentity('chat', '1', 'a:1'), new ProcessIdentity('chat', '1', 'a:1')];

    expect(one.ownerName).not.toBe(other.ownerName);
  });

  it('can be asked where its name as an owner says', () => {
    expect(addressOfOwner(new ProcessIdentity('chat', '1', '[::1]:3100').ownerName)).toBe('[::1]:3100');
    expect(addressOfOwner(new ProcessIdentity('standalone', '1', undefined).ownerName)).toBeUndefined();
    expect(addressOfOwner('')).toBeUndefined();
  });
});
