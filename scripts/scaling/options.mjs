// What `npm run dev:scaling` was asked for: words on the command line, and the settings of the environment that concern the whole.
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../toolchain/swc.mjs';
import { LEVELS } from './log-line.mjs';

export const USAGE = `npm run dev:scaling -- [options]
  --ha               three Kafka brokers, Postgres under Patroni with etcd, Redis with Sentinels
  --gateways <n>     how many gateways, 1 to 10 (2)
  --chats <n>        how many chat processes, 1 to 10 (2)
  --no-restart       leave a process that died; otherwise it is started again after 2 s
  --level <level>    the least severe log lines to show: ${LEVELS.join(', ')} (info)
  --only <names>     show only log lines of processes whose name begins so, with commas between: chat,kafka-1
  --first-port <n>   the first of the 240 ports for everything but the entry (4100)
Settings of the apps are taken from the environment. PORT (3000), HOST (127.0.0.1) and PUBLIC_URL are those of the entry; DATA_DIR (.data) holds the data.
KAFKA_BROKERS, REDIS_URL or DATABASE_URL name servers to use instead of starting some.`;

const OPTIONS = {
  ha: { type: 'boolean', default: false },
  gateways: { type: 'string', default: '2' },
  chats: { type: 'string', default: '2' },
  'no-restart': { type: 'boolean', default: false },
  level: { type: 'string', default: 'info' },
  only: { type: 'string', default: '' },
  'first-port': { type: 'string', default: '4100' },
  help: { type: 'boolean', default: false },
};

function number(name, text, min, max) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) throw new Error(`${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  return value;
}

/** Throws an error that says what is wrong with a word or a setting. */
export function readOptions(words, env) {
  const { values } = parseArgs({ args: words, options: OPTIONS });
  if (!LEVELS.includes(values.level)) throw new Error(`--level must be one of ${LEVELS.join(', ')}, not "${values.level}".`);
  const dataDir = resolve(ROOT, env.DATA_DIR || '.data');
  return {
    help: values.help,
    ha: values.ha,
    gateways: number('--gateways', values.gateways, 1, 10),
    chats: number('--chats', values.chats, 1, 10),
    isReviving: !values['no-restart'],
    level: values.level,
    only: values.only.split(',').filter(Boolean),
    firstPort: number('--first-port', values['first-port'], 1, 65_336),
    port: number('PORT', env.PORT || '3000', 1, 65_535),
    host: env.HOST || '127.0.0.1',
    // Their data differ: a topic has one copy here and three there.
    folder: join(dataDir, values.ha ? 'cluster-ha' : 'cluster'),
    file: join(dataDir, 'cluster.json'),
  };
}
