import { describeBlobStoreContract } from '@agent-chat/blob-store/testing';
import { startTestServers, type TestServers } from '@agent-chat/testing';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { S3BlobStore, type S3Settings } from './s3-blob-store';

let servers: TestServers;

beforeAll(async () => {
  servers = await startTestServers('s3');
});

afterAll(async () => {
  await servers.stop();
});

function settings(changed: Partial<S3Settings> = {}): S3Settings {
  const { S3_ENDPOINT: endpoint = '', S3_REGION: region = '', S3_BUCKET: bucket = '' } = servers.settings;
  const credentials = { accessKeyId: servers.settings['S3_ACCESS_KEY_ID'] ?? '', secretAccessKey: servers.settings['S3_SECRET_ACCESS_KEY'] ?? '' };
  return { endpoint, region, bucket, credentials, forcePathStyle: true, connectTimeoutMs: 1_000, requestTimeoutMs: 10_000, ...changed };
}

describeBlobStoreContract('S3BlobStore', async () => {
  const store = new S3BlobStore(settings());
  return {
    store,
    // The bucket is shared by all cases.
    dispose: async () => {
      const cleaner = new S3BlobStore(settings());
      for (const folder of ['folder', 'a', 'x', 'xy', 'busy']) await cleaner.delete((await cleaner.list(folder)).map(({ key }) => key));
      await cleaner.delete(['large', 'digits']);
      await cleaner.close();
    },
  };
});

describe('S3BlobStore', () => {
  it('says that it cannot store with a wrong secret, or where there is no bucket', async () => {
    const stranger = new S3BlobStore(settings({ credentials: { accessKeyId: 'agent-chat', secretAccessKey: 'wrong' } }));
    const elsewhere = new S3BlobStore(settings({ bucket: 'no-such-bucket' }));

    await expect(stranger.put('a/b', Buffer.from('x'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(stranger.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(elsewhere.put('a/b', Buffer.from('x'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(elsewhere.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('gives up a server that takes the request and says nothing', async () => {
    const silent: Server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const store = new S3BlobStore(settings({ endpoint: `http://127.0.0.1:${port}`, requestTimeoutMs: 200 }));

    await expect(store.put('a/b', Buffer.from('x'))).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(store.ping()).rejects.toMatchObject({ name: 'AppError' });
    await store.close();
    silent.close();
  });

  it('goes on when its server was gone for a while', async () => {
    const own = await startTestServers('s3');
    const store = new S3BlobStore(settings({ endpoint: own.settings['S3_ENDPOINT']! }));
    await store.put('a/b', Buffer.from('kept'));
    await own.servers[0]!.kill();
    await expect(store.get('a/b')).rejects.toMatchObject({ code: 'UNAVAILABLE' });

    await own.servers[0]!.restart();

    await expect(store.list('a')).resolves.toEqual([{ key: 'a/b', sizeBytes: 4 }]);
    await store.close();
    await own.stop();
  });
});
