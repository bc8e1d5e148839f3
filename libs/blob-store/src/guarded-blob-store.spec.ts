import { AppError } from '@agent-chat/kernel';
import { Breakers } from '@agent-chat/resilience';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { register } from 'prom-client';
import { type BlobStore } from './blob-store.port';
import { GuardedBlobStore } from './guarded-blob-store';

describe('a guarded blob store', () => {
  const breakers = new Breakers();
  afterAll(() => breakers.close());

  it('refuses at once what has failed too often, each kind of request by itself', async () => {
    const put = jest.fn(() => Promise.reject(new AppError('UNAVAILABLE')));
    const list = jest.fn(() => Promise.resolve([]));
    const store = new GuardedBlobStore({ put, list } as unknown as BlobStore, breakers);
    for (let n = 0; n < 20; n += 1) await expect(store.put('a', Buffer.alloc(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });

    expect(put.mock.calls.length).toBeLessThan(10);
    await expect(store.list('a')).resolves.toEqual([]);
  });

  it('takes what is not there for an answer, and counts by outcome', async () => {
    const get = jest.fn(() => Promise.reject(new AppError('NOT_FOUND')));
    const store = new GuardedBlobStore({ get } as unknown as BlobStore, breakers);
    for (let n = 0; n < 20; n += 1) await expect(store.get('a')).rejects.toMatchObject({ code: 'NOT_FOUND' });

    expect(get).toHaveBeenCalledTimes(20);
    expect(await register.getSingleMetricAsString('agent_chat_blob_request_duration_seconds')).toContain('{operation="get",outcome="refused"} 20');
  });

  it('gives what was stored, and says UNAVAILABLE where that breaks off', async () => {
    const broken = new GuardedBlobStore({ get: async () => Readable.from(brokenOff()) } as unknown as BlobStore, breakers);
    const whole = new GuardedBlobStore({ get: async () => Readable.from([Buffer.from('ab'), Buffer.from('c')]) } as unknown as BlobStore, breakers);

    await expect(buffer(await broken.get('a'))).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) as number });
    expect(await buffer(await whole.get('a'))).toEqual(Buffer.from('abc'));
  });
});

async function* brokenOff(): AsyncGenerator<Buffer> {
  yield Buffer.from('a');
  throw new Error('aborted');
}
