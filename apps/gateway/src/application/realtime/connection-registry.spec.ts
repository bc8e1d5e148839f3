import { type Principal } from '@agent-chat/auth';
import { type AppConfig } from '@agent-chat/config';
import { newId, type UserId } from '@agent-chat/kernel';
import { Connection } from './connection';
import { ConnectionRegistry } from './connection-registry';

class Device extends Connection {
  readonly isBusy = false;
  sendEvents(): void {}
  send(): void {}
  sendEphemeral(): void {}
  close(): void {}
  leave(): Promise<void> {
    return Promise.resolve();
  }
}

function begin() {
  const userId = newId<UserId>();
  const registry = new ConnectionRegistry({ limits: { maxConnections: 4, maxConnectionsPerUser: 3 } } as AppConfig);
  const told: string[] = [];
  registry.listen({
    arrived: () => told.push('arrived'),
    left: (_, last) => told.push(`left by ${String(devices.indexOf(last as Device))}`),
    connected: (device) => told.push(`connected ${String(devices.indexOf(device as Device))}`),
    disconnected: (device) => told.push(`disconnected ${String(devices.indexOf(device as Device))}`),
  });
  const devices = [0, 1, 2].map(() => new Device({ userId } as Principal));
  return { userId, registry, told, devices };
}

describe('the connections of a gateway', () => {
  it('tell who came with the first and left with the last, each once', () => {
    const { userId, registry, told, devices } = begin();
    for (const device of devices) registry.add(device);
    expect([registry.size, registry.of(userId).length, [...registry.all()].length, registry.userIds()]).toEqual([3, 3, 3, [userId]]);
    for (const device of [1, 1, 0, 2]) registry.remove(devices[device]!);
    expect([registry.size, registry.of(userId), [...registry.all()], registry.userIds()]).toEqual([0, [], [], []]);
    const came = ['arrived', 'connected 0', 'connected 1', 'connected 2'];
    expect(told).toEqual([...came, 'disconnected 1', 'disconnected 0', 'disconnected 2', 'left by 2']);
  });

  it('reach every device of a person whose devices close while they are gone through, or come', () => {
    const { userId, registry, devices } = begin();
    for (const device of devices.slice(0, 2)) registry.add(device);
    const reached: Connection[] = [];
    for (const device of registry.of(userId)) {
      reached.push(device);
      registry.remove(device);
      registry.add(devices[2]!);
    }
    expect(reached).toEqual(devices.slice(0, 2));
  });

  it('are as many as allowed', () => {
    const { registry, devices } = begin();
    const principal = { userId: devices[0]!.userId } as Principal;
    for (const device of devices) {
      registry.refuseIfTooMany(principal);
      registry.add(device);
    }
    expect(() => registry.refuseIfTooMany(principal)).toThrow(expect.objectContaining({ code: 'LIMIT_REACHED' }));
    expect(() => registry.refuseIfFull()).not.toThrow();
    registry.add(new Device({ userId: newId<UserId>() } as Principal));
    expect(() => registry.refuseIfFull()).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });
});
