// A real Apache Kafka (KRaft, brokers that are their own controllers) from the jars that the project publishes to Maven repositories.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { run } from '../toolchain/process.mjs';
import { commandLine, isDockerPreferred, launchWith, programOfImage } from './containers.mjs';
import { findProgram, installPackages, mayInstall, toolFolder, withLock } from './programs.mjs';
import { freePort, startNode } from './server.mjs';

const VERSION = '3.9.1';
const DEPENDENCIES = [
  ['org.apache.kafka', 'kafka_2.13', VERSION],
  ['org.slf4j', 'slf4j-simple', '1.7.36'],
];
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
const START_LIMIT_MS = 120_000;

function jarFolders() {
  const fetched = [...new Set([toolFolder(true), toolFolder(false)])].map((folder) => join(folder, `kafka-${VERSION}`));
  return [...(process.env.KAFKA_HOME ? [join(process.env.KAFKA_HOME, 'libs')] : []), ...fetched];
}

function findJava() {
  return findProgram(['java'], process.env.JAVA_HOME ? [join(process.env.JAVA_HOME, 'bin')] : []);
}

/** Where Kafka's jars lie (`KAFKA_HOME` first) and what runs them; undefined if either is missing. */
function findKafka() {
  if (isDockerPreferred()) return undefined;
  const jars = jarFolders().find((folder) => existsSync(folder));
  const java = findJava();
  return jars && java ? { jars, java } : undefined;
}

function pom() {
  const dependencies = DEPENDENCIES.map(
    ([group, artifact, version]) => `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>${dependencies.join('')}</dependencies></project>`;
}

/** `-C` refuses a jar whose checksum is not the published one. The folder appears only when it is complete. */
async function fetchJars(mvn) {
  const target = join(toolFolder(), `kafka-${VERSION}`);
  await withLock(`${target}.lock`, async () => {
    if (existsSync(target)) return;
    const work = mkdtempSync(join(dirname(target), 'fetching-'));
    try {
      writeFileSync(join(work, 'pom.xml'), pom());
      const args = ['-q', '-B', '-C', COPY, '-DoutputDirectory=lib', '-DincludeScope=runtime'];
      const code = await run(mvn, args, { cwd: work, stdio: ['ignore', process.stderr, 'inherit'] });
      if (code !== 0) throw new Error(`Maven could not fetch Apache Kafka ${VERSION} (exit code ${code}). It needs a Maven repository within reach.`);
      renameSync(join(work, 'lib'), target);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

function refuse() {
  throw new Error(
    `No Apache Kafka ${VERSION} found. On Debian or Ubuntu run: sudo npm run provision (or: sudo apt-get install -y default-jre-headless maven, then ` +
      'npm run provision). Elsewhere have Docker running, or install a Java 17 runtime and Maven, or set KAFKA_HOME to an unpacked Apache Kafka.',
  );
}

/** Kafka in its own image; undefined where that can't be had. */
async function kafkaOfImage() {
  const java = await programOfImage(`apache/kafka:${VERSION}`, 'java');
  return java && { jars: '/opt/kafka/libs', java };
}

/** Makes sure there is a Kafka and resolves with where it is. Rejects with the command to run where it may not install one. Safe to run twice at once. */
export async function provision() {
  const { jars, java } = await provideKafka();
  return typeof java === 'string' ? jars : String(java);
}

async function provideKafka() {
  return findKafka() ?? (await kafkaOfImage()) ?? installKafka();
}

async function installKafka() {
  const hasJars = jarFolders().some((folder) => existsSync(folder));
  const missing = [...(findJava() ? [] : ['default-jre-headless']), ...(hasJars || findProgram(['mvn']) ? [] : ['maven'])];
  if (missing.length > 0) {
    if (!mayInstall()) refuse();
    await installPackages(missing);
  }
  if (!hasJars) await fetchJars(findProgram(['mvn']) ?? refuse());
  return findKafka() ?? refuse();
}

/** Who is who in the cluster: settled before any broker starts, because each has to know the others. */
async function plan({ nodes, port, folder, takePort, farAddresses = [] }) {
  const members = [];
  for (let id = 1; id <= nodes; id++) {
    const ports = { port: id === 1 && port ? port : await takePort(), controllerPort: await takePort(), brokerPort: await takePort() };
    const doors = [];
    for (const address of farAddresses) doors.push({ name: `FAR${doors.length + 1}`, address, port: await takePort() });
    members.push({ id, ...ports, doors, mount: folder, folder: join(folder, `kafka-${id}`) });
  }
  return members;
}

/** Each of its far doors tells those who come in by it another address, at which something forwards to the door. */
function listenersOf(member, security) {
  const doors = [{ name: 'CLIENTS', address: '127.0.0.1', port: member.port }, ...member.doors];
  const brokers = `BROKERS://127.0.0.1:${member.brokerPort}`;
  return {
    listeners: [...doors.map(({ name, port }) => `${name}://127.0.0.1:${port}`), brokers, `CONTROLLER://127.0.0.1:${member.controllerPort}`].join(','),
    'advertised.listeners': [...doors.map(({ name, address, port }) => `${name}://${address}:${port}`), brokers].join(','),
    'listener.security.protocol.map': [...doors.map(({ name }) => `${name}:${security}`), 'BROKERS:PLAINTEXT', 'CONTROLLER:PLAINTEXT'].join(','),
  };
}

function properties(member, members, extra) {
  const copies = Math.min(members.length, 3);
  const inSync = copies === 3 ? 2 : 1;
  const all = {
    'process.roles': 'broker,controller',
    'node.id': member.id,
    'controller.quorum.voters': members.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
    ...listenersOf(member, 'ssl.keystore.type' in extra ? 'SASL_SSL' : 'PLAINTEXT'),
    'inter.broker.listener.name': 'BROKERS',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(member.folder, 'data'),
    'auto.create.topics.enable': false,
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'group.initial.rebalance.delay.ms': 0,
    // A broker that was killed is missed after 3 s, not 9: until then it could not come back either.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'log.cleaner.dedupe.buffer.size': 8 * 1_024 * 1_024,
    ...extra,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

const LOGGING = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true'];

async function format(kafka, member, clusterId, users) {
  if (existsSync(join(member.folder, 'data', 'meta.properties'))) return;
  const args = [...LOGGING, '-cp', join(kafka.jars, '*'), 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', member.file, ...users];
  const code = await run(...commandLine(kafka.java, args, { mount: member.mount }), { stdio: ['ignore', 'ignore', 'inherit'] });
  if (code !== 0) throw new Error(`The storage of Kafka ${member.id} could not be formatted (exit code ${code}).`);
}

function launch(kafka, member, heapMb) {
  const server = {
    name: `kafka-${member.id}`,
    // One compiler tier and the serial collector: a small server that is there soon.
    args: [`-Xmx${heapMb}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...LOGGING, '-cp', join(kafka.jars, '*'), 'kafka.Kafka', member.file],
    folder: member.folder,
    port: member.port,
    readyLimitMs: START_LIMIT_MS,
    stopLimitMs: 20_000,
  };
  return startNode(launchWith(kafka.java, server, member.mount));
}

const LOGIN = { username: 'chat', password: 'not-a-secret' };
const STORE_PASSWORD = 'not-a-secret';

/** What brokers need that only talk encrypted and to those who log in, and what their clients are given. One certificate serves all. */
async function secure(folder, { java }) {
  const isPath = typeof java === 'string';
  const keytool = isPath ? findProgram(['keytool'], process.env.JAVA_HOME ? [join(process.env.JAVA_HOME, 'bin')] : []) : { ...java, entrypoint: 'keytool' };
  if (!keytool) throw new Error('No keytool found: it comes with Java.');
  mkdirSync(folder, { recursive: true });
  const [store, certificate] = [join(folder, 'keystore.p12'), join(folder, 'certificate.pem')];
  const common = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', STORE_PASSWORD, '-alias', 'kafka'];
  const make = ['-genkeypair', ...common, '-keyalg', 'RSA', '-dname', 'CN=localhost', '-ext', 'SAN=ip:127.0.0.1,dns:localhost', '-validity', '3650'];
  for (const args of [make, ['-exportcert', ...common, '-rfc', '-file', certificate]]) {
    const code = await run(...commandLine(keytool, args, { mount: folder }), { stdio: 'ignore' });
    if (code !== 0) throw new Error(`keytool ${args[0]} failed with exit code ${code}.`);
  }
  return {
    users: ['--add-scram', `SCRAM-SHA-512=[name=${LOGIN.username},password=${LOGIN.password}]`],
    properties: {
      'ssl.keystore.type': 'PKCS12',
      'ssl.keystore.location': store,
      'ssl.keystore.password': STORE_PASSWORD,
      'sasl.enabled.mechanisms': 'SCRAM-SHA-512,PLAIN',
      'listener.name.clients.scram-sha-512.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
      'listener.name.clients.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${LOGIN.username}="${LOGIN.password}";`,
    },
    settings: {
      KAFKA_TLS: 'on',
      KAFKA_TLS_CA: readFileSync(certificate, 'utf8'),
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_USERNAME: LOGIN.username,
      KAFKA_PASSWORD: LOGIN.password,
    },
  };
}

const OPEN = { users: [], properties: {}, settings: {} };

/** A broker that can be started again on the same data, at the same address, after `stop` or `kill`. */
async function node(kafka, member, heapMb) {
  const broker = await launch(kafka, member, heapMb);
  const restart = async () => {
    await broker.stop();
    await broker.start();
  };
  return Object.assign(broker, { restart });
}

/** Its first character is no hyphen, which the tool would take for an option. */
function newClusterId() {
  const id = randomBytes(16);
  id[0] &= 0x7f;
  return id.toString('base64url');
}

/** What the cluster's storage is called, at the first start and ever after. */
function clusterIdIn(folder) {
  const file = join(folder, 'cluster.id');
  if (!existsSync(file)) writeFileSync(file, newClusterId());
  return readFileSync(file, 'utf8');
}

/**
 * Starts a Kafka of one or three brokers, `folder` keeping its data. `port` is that of the first; the others take free ones. `secured` brokers want TLS
 * and a log-in. `properties` are added to each `server.properties`. Ports that are not given come from `takePort`. For each of `farAddresses` the first broker
 * has a port (`farPorts`) whose clients it tells to reach it at that address. Resolves with the first broker's handle and `settings` (what a process that uses them is given), `nodes` (each with `restart()`), and a `stop` that ends them all.
 */
export async function start({ folder, port, nodes = 1, heapMb = 512, properties: extra = {}, secured = false, takePort = freePort, farAddresses }) {
  const kafka = await provideKafka();
  const members = await plan({ nodes, port, folder, takePort, farAddresses });
  const { users, properties: needed, settings } = secured ? await secure(join(folder, 'security'), kafka) : OPEN;
  const clusterId = clusterIdIn(folder);
  const began = [];
  try {
    for (const member of members) {
      mkdirSync(member.folder, { recursive: true });
      member.file = join(member.folder, 'server.properties');
      writeFileSync(member.file, properties(member, members, { ...needed, ...extra }));
      await format(kafka, member, clusterId, users);
    }
    // All at once: a broker is ready only when a majority has elected a controller.
    const started = await Promise.allSettled(members.map((member) => node(kafka, member, heapMb)));
    began.push(...started.flatMap(({ value }) => value ?? []));
    const failed = started.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
  } catch (error) {
    await Promise.all(began.map((each) => each.kill()));
    throw error;
  }
  const [first] = began;
  return {
    ...first,
    nodes: began,
    farPorts: members[0].doors.map((door) => door.port),
    settings: { KAFKA_BROKERS: members.map((member) => `127.0.0.1:${member.port}`).join(','), ...settings },
    // Together: the last ones could not hand their partitions over any more, and would wait for that.
    stop: async () => {
      await Promise.all(began.map((each) => each.stop()));
    },
  };
}
