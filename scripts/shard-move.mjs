// npm run shard:move -- --partition 3 --to b: moves a logical shard to another database while it is used, and shows how far it is. Without a partition it shows
// where the shards are; with --cancel it takes a move back. It asks a gateway as an operator does: Ctrl-C ends this command, not the move.
import { parseArgs } from 'node:util';
import { operatorToken } from './toolchain/operator-token.mjs';

const USAGE = `Usage: npm run shard:move -- [--partition <number> (--to <database> | --cancel)] [--url <gateway>] [--user <operator>]

  --url    the gateway; http://localhost:3000 unless given
  --user   the operator's username; the password is read from OPERATOR_PASSWORD. Without it an access token is read from OPERATOR_TOKEN.`;
const LOOK_EVERY_MS = 500;

function fail(message) {
  console.error(message);
  process.exit(1);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        partition: { type: 'string' },
        to: { type: 'string' },
        cancel: { type: 'boolean', default: false },
        url: { type: 'string', default: 'http://localhost:3000' },
        user: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.partition !== undefined && (values.to === undefined) === !values.cancel) throw new Error('Say either --to or --cancel.');
    if (values.partition === undefined && (values.to !== undefined || values.cancel)) throw new Error('Say which --partition.');
    return values;
  } catch (error) {
    return fail(`${error.message}\n\n${USAGE}`);
  }
}

const given = options();
if (given.help) {
  console.log(USAGE);
  process.exit(0);
}

async function call(method, path, token, body) {
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const request = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(`${given.url}/api/v1${path}`, request).catch(({ message, cause }) => {
    // Of a name with several addresses, all of them refused, the cause has no message but a code.
    throw new Error(`${given.url} cannot be reached: ${cause?.message || cause?.code || message}. --url names the gateway.`);
  });
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text);
  const problem = text.startsWith('{') ? JSON.parse(text) : {};
  const details = (problem.errors ?? []).map(({ path: at, message }) => `${at} ${message}`).join(', ');
  const message = `${method} ${path}: ${String(answer.status)} ${problem.detail ?? problem.title ?? ''} ${details}`.trim();
  throw Object.assign(new Error(message), { status: answer.status });
}

let token;

/** Calls as the operator. A move may outlive a token: then there is another one. */
async function ask(method, path, body) {
  token ??= await operatorToken(given);
  try {
    return await call(method, path, token, body);
  } catch (error) {
    if (error.status !== 401 || given.user === undefined) throw error;
    token = await operatorToken(given);
    return call(method, path, token, body);
  }
}

function show({ databases, shards, moves }) {
  const mb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  for (const { name, sizeBytes, shards: count } of databases) console.log(`${name}: ${String(count)} shards, ${mb(sizeBytes)}`);
  for (const { partition, database, rooms, events } of shards) {
    if (rooms > 0) console.log(`  shard ${String(partition)} on ${database}: ${String(rooms)} rooms, ${String(events)} events`);
  }
  for (const { partition, source, target, phase, startedAt } of moves)
    console.log(`  ${startedAt} shard ${String(partition)} from ${source} to ${target}: ${phase}`);
}

async function follow(moveId) {
  for (let last = ''; ;) {
    const { moves } = await ask('GET', '/operations/shards');
    const move = moves.find((each) => each.moveId === moveId);
    if (move === undefined) return fail('The move is no longer listed.');
    const line = `${move.phase}, ${String(move.copied)} rows copied${move.error === undefined ? '' : ` (${move.error})`}`;
    if (line !== last) console.log(line);
    last = line;
    if (move.endedAt !== undefined) return move;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

try {
  if (given.partition === undefined) show(await ask('GET', '/operations/shards'));
  else {
    const path = `/operations/shards/${given.partition}/move`;
    const begun = given.cancel ? await ask('DELETE', path) : await ask('POST', path, { target: given.to });
    const { phase, stalledMs } = await follow(begun.moveId);
    if (phase !== (given.cancel ? 'cancelled' : 'done')) fail(`The move has ${phase}.`);
    if (stalledMs !== undefined && !given.cancel) console.log(`Writers waited ${String(stalledMs)} ms.`);
  }
} catch (error) {
  fail(error.message);
}
