// npm run audit:verify: checks the audit trail from outside, entry by entry: nothing was changed, added in between, or removed. It exports the trail from a gateway as
// an operator does, or reads an export from a file, and knows nothing else of the server. Whoever owns the database could write all chains anew: so keep
// where they ended (--save) somewhere else, and give it to the next check (--against), which then says whether they still go through there.
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { AuditCheck } from './toolchain/audit-check.mjs';
import { operatorToken } from './toolchain/operator-token.mjs';

const USAGE = `Usage: npm run audit:verify -- [--url <gateway>] [--user <operator>] [--file <export>] [--save <file>] [--against <file>]

  --url      the gateway; http://localhost:3000 unless given
  --user     the operator's username; the password is read from OPERATOR_PASSWORD. Without it an access token is read from OPERATOR_TOKEN.
  --file     an export that was made before (GET /api/v1/audit/export), in place of a gateway
  --save     writes where each chain ends, for later checks
  --against  what was saved before: each chain has to go through there`;
const MOST_SHOWN = 20;

function fail(message) {
  console.error(message);
  process.exit(1);
}

function options() {
  const text = { type: 'string' };
  try {
    return parseArgs({
      options: {
        url: { ...text, default: 'http://localhost:3000' },
        user: text,
        file: text,
        save: text,
        against: text,
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${error.message}\n\n${USAGE}`);
  }
}

async function exported({ url, user, file }) {
  if (file !== undefined) return createReadStream(file);
  const token = await operatorToken({ url, user });
  const answer = await fetch(`${url}/api/v1/audit/export`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`GET /audit/export: ${String(answer.status)} ${(await answer.text()).slice(0, 300)}`);
  return Readable.fromWeb(answer.body);
}

function readSaved(file) {
  const { heads } = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(heads)) throw new Error(`${file} was not written by --save`);
  return heads;
}

async function main() {
  const given = options();
  if (given.help) return console.log(USAGE);
  const check = new AuditCheck(given.against === undefined ? [] : readSaved(given.against));
  for await (const line of createInterface({ input: await exported(given), crlfDelay: Infinity })) check.take(line);
  const { entries, chains, erased, heads, problems } = check.end();
  for (const problem of problems.slice(0, MOST_SHOWN)) console.error(problem);
  if (problems.length > MOST_SHOWN) console.error(`... and ${String(problems.length - MOST_SHOWN)} more`);
  console.log(`${String(entries)} entries in ${String(chains)} chains, ${String(erased)} ids erased`);
  if (problems.length > 0) return fail('The audit trail does NOT verify.');
  if (given.save !== undefined) writeFileSync(given.save, `${JSON.stringify({ heads }, null, 2)}\n`);
  return console.log('The audit trail verifies.');
}

try {
  await main();
} catch (error) {
  fail(error.cause?.message ? `${error.message}: ${error.cause.message}` : error.message);
}
