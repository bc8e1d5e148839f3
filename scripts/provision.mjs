// npm run provision: installs what the tests need beyond npm packages (a Chromium for the web client's tests, the servers of the cluster, the model checker). As root on
// Debian it uses apt-get. Everything that cannot be had is named, not only the first.
import { provision as provisionClocks } from './servers/clocks.mjs';
import { provision as provisionEtcd } from './servers/etcd.mjs';
import { provision as provisionKafka } from './servers/kafka.mjs';
import { provision as provisionNginx } from './servers/nginx.mjs';
import { provision as provisionPatroni } from './servers/patroni.mjs';
import { provision as provisionPgBouncer } from './servers/pgbouncer.mjs';
import { provision as provisionRedis } from './servers/redis.mjs';
import { provision as provisionS3 } from './servers/s3.mjs';
import { provision as provisionToxiproxy } from './servers/toxiproxy.mjs';
import { provision as provisionChromium } from './toolchain/chromium.mjs';
import { provision as provisionSpin } from './toolchain/spin.mjs';

const NEEDED = {
  Chromium: provisionChromium,
  Redis: provisionRedis,
  PgBouncer: provisionPgBouncer,
  Kafka: provisionKafka,
  NGINX: provisionNginx,
  versitygw: provisionS3,
  etcd: provisionEtcd,
  Patroni: provisionPatroni,
  libfaketime: provisionClocks,
  Toxiproxy: provisionToxiproxy,
  SPIN: provisionSpin,
};

for (const [name, provision] of Object.entries(NEEDED)) {
  try {
    console.log(`${name}: ${await provision()}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
