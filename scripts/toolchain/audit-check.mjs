// The verification of an exported audit trail, line by line; how the hashes are made is said in libs/database/migrations/directory/0013_audit_chain.sql.
import { createHash } from 'node:crypto';

const BEGINNING = '00'.repeat(32);
/** In place of a digest. */
const ABSENT = '00';
/** Beyond this many there is nothing more to learn from another one. */
const MOST_PROBLEMS = 1_000;

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};
const bytes = (hex) => Buffer.from(hex, 'hex');

/** The hash that an entry has to have behind the one before it. */
function hashOf(entry, before) {
  const { chain, link, position = '', epoch = '', roomId = '', seq = '', type, at } = entry;
  const rest = [chain, link, position, epoch, roomId, seq, type, at].join('\n');
  return sha256(bytes(before), bytes(entry.actor?.digest ?? ABSENT), bytes(entry.subject?.digest ?? ABSENT), rest);
}

/** Takes an export in, in order, and says what is wrong with it. */
export class AuditCheck {
  entries = 0;
  erased = 0;
  problems = [];
  #chains = new Map();
  #lines = 0;
  #ending;

  /** `known`: where chains ended at an earlier time, as `{ chain, links, hash }`; an empty chain needs no line. */
  constructor(known = []) {
    this.known = new Map(known.filter(({ links }) => links > 0).map((head) => [head.chain, head]));
  }

  take(line) {
    this.#lines += 1;
    if (line === '') return;
    let entry;
    try {
      entry = JSON.parse(line);
    } catch {
      return this.#wrong(`Line ${String(this.#lines)} is no JSON`);
    }
    if (this.#ending !== undefined) return this.#wrong(`Line ${String(this.#lines)} comes after the last one`);
    if (entry.end === true) this.#ending = entry;
    else this.#follow(entry);
  }

  /** What was found, once every line was taken. */
  end() {
    if (this.#ending === undefined) this.#wrong('The export ends in its middle: its last line is missing');
    else this.#compare(this.#ending);
    for (const { chain, links, seen } of this.known.values()) {
      if (seen !== true) this.#wrong(`Chain ${String(chain)} does not go through ${String(links)}, where it was before: entries were removed`);
    }
    const heads = [...this.#chains].map(([chain, { links, hash }]) => ({ chain, links, hash }));
    return { entries: this.entries, chains: this.#chains.size, erased: this.erased, heads, problems: this.problems };
  }

  #follow(entry) {
    this.entries += 1;
    const { chain, link, hash } = entry;
    const tail = this.#chains.get(chain) ?? { links: 0, hash: BEGINNING };
    const name = `Chain ${String(chain)}, entry ${String(link)}`;
    if (link !== tail.links + 1) this.#wrong(`${name}: it comes after ${String(tail.links)}`);
    if (hash !== hashOf(entry, tail.hash)) this.#wrong(`${name}: its hash is not that of what it says and of the entry before`);
    for (const part of ['actor', 'subject']) if (entry[part] !== undefined) this.#unseal(`${name}: its ${part}`, entry[part]);
    // Its own word, so that one wrong entry is reported once and not with all that follow it.
    this.#chains.set(chain, { links: link, hash });
    const known = this.known.get(chain);
    if (known?.links !== link) return;
    known.seen = true;
    if (known.hash !== hash) this.#wrong(`${name}: it is another one than before`);
  }

  #unseal(name, { id, salt, digest }) {
    if (id === undefined && salt === undefined) this.erased += 1;
    else if (id === undefined || salt === undefined) this.#wrong(`${name} is half erased`);
    else if (digest !== sha256(bytes(salt), id)) this.#wrong(`${name} is not the one that its digest was made of`);
  }

  #compare({ entries, heads }) {
    if (entries !== this.entries) this.#wrong(`The export says that it has ${String(entries)} entries, and has ${String(this.entries)}`);
    for (const { chain, links, hash } of heads) {
      const tail = this.#chains.get(chain) ?? { links: 0, hash: BEGINNING };
      if (tail.links !== links || tail.hash !== hash) this.#wrong(`Chain ${String(chain)} ends at ${String(tail.links)}, and should at ${String(links)}`);
    }
  }

  #wrong(problem) {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(problem);
  }
}
