// One view of many logs: each line with the name of its process in front, as soon as it is written, from a level on.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { isShown, readLine } from './log-line.mjs';

const LOOK_EVERY_MS = 150;
const CHUNK_BYTES = 256 * 1_024;
const NAME_WIDTH = 19;
const COLOURS = { warn: 33, error: 31, fatal: 35 };

/** What has been added to a file since the last look, as whole lines. */
class Tail {
  #rest = '';
  /** Keeps what a look has of a character that the next one completes. */
  #decoder = new StringDecoder('utf8');

  constructor(file, from) {
    this.file = file;
    this.from = from;
  }

  lines() {
    const size = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
    // A long one was put aside.
    if (size < this.from) this.from = 0;
    if (size === this.from) return [];
    const buffer = Buffer.alloc(Math.min(size - this.from, CHUNK_BYTES));
    const descriptor = openSync(this.file, 'r');
    const read = readSync(descriptor, buffer, 0, buffer.length, this.from);
    closeSync(descriptor);
    this.from += read;
    const lines = (this.#rest + this.#decoder.write(buffer.subarray(0, read))).split('\n');
    this.#rest = lines.pop();
    return lines.filter((line) => line.trim() !== '');
  }
}

export class LogView {
  #tails = [];
  #timer;

  /** `only` are beginnings of names, none for all. `write` gets each line; `inColour` marks what is severe. */
  constructor({ level, only, write, inColour }) {
    this.level = level;
    this.only = only;
    this.write = write;
    this.inColour = inColour;
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  follow({ name, log, logFrom }) {
    if (this.only.length > 0 && !this.only.some((start) => name.startsWith(start))) return;
    this.#tails.push({ name, tail: new Tail(log, logFrom), previous: undefined });
  }

  look() {
    for (const each of this.#tails) {
      for (const line of each.tail.lines()) {
        const { level, text } = readLine(line, each.previous);
        each.previous = level;
        if (isShown(level, this.level)) this.write(this.#line(each.name, level, text));
      }
    }
  }

  /** What the launcher itself has to say. */
  say(text) {
    this.write(this.#line('scaling', 'info', text));
  }

  close() {
    clearInterval(this.#timer);
    this.look();
  }

  #line(name, level, text) {
    const line = `${name.padEnd(NAME_WIDTH)} ${level.toUpperCase().padEnd(5)} ${text}`;
    const colour = COLOURS[level];
    return this.inColour && colour ? `\u001b[${colour}m${line}\u001b[0m` : line;
  }
}
