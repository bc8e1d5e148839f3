// Compiles the sources of apps and libs into dist/, mirrored: libs/kernel/src/ids.ts -> dist/libs/kernel/src/ids.js. Only what changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { ROOT, swcOptions } from './swc.mjs';

const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.compiler');
/** Built by a tool of its own, or only there for tests. */
const ELSEWHERE = new Set(['apps/web', 'libs/testing', 'libs/client-package']);
const TEST_ONLY = /\.spec\.tsx?$|\/testing\/|\.d\.ts$/;
const CONCURRENCY = 16;
/** Of an app or lib, what has to lie in dist/. */
const FOLDERS = ['src', 'migrations', 'scenarios'];

/** The `apps/<app>` and `libs/<lib>` that have sources. */
export function packages() {
  return ['apps', 'libs']
    .filter((kind) => existsSync(join(ROOT, kind)))
    .flatMap((kind) => readdirSync(join(ROOT, kind)).map((name) => `${kind}/${name}`))
    .filter((name) => !ELSEWHERE.has(name) && existsSync(join(ROOT, name, 'src')));
}

function filesBelow(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What has to lie in dist/: `[source, output]`, absolute; TypeScript to compile and everything else to copy. */
function plan() {
  const jobs = [];
  for (const name of packages()) {
    const below = FOLDERS.flatMap((folder) => filesBelow(join(ROOT, name, folder)));
    for (const source of below) {
      const path = relative(ROOT, source).replaceAll('\\', '/');
      if (TEST_ONLY.test(path)) continue;
      jobs.push([source, join(DIST, path.replace(/\.ts$/, '.js'))]);
    }
  }
  return jobs;
}

/** The apps that can be started get an entry with a short path. */
function entries() {
  return packages()
    .filter((name) => name.startsWith('apps/') && existsSync(join(ROOT, name, 'src/main.ts')))
    .map((name) => [join(DIST, name, 'main.js'), "'use strict';\nrequire('./src/main.js');\n"]);
}

/** Changes when any output has to be made anew: other options, or another compiler. */
function fingerprint() {
  const compiler = JSON.parse(readFileSync(join(ROOT, 'node_modules/@swc/core/package.json'), 'utf8')).version;
  return createHash('sha256')
    .update(JSON.stringify([compiler, swcOptions()]))
    .digest('hex');
}

/** An output carries its source's time, so that an edit during a compilation, or an older file put in its place, is noticed too. */
function isDue(source, output) {
  const made = statSync(output, { throwIfNoEntry: false });
  const written = statSync(source, { throwIfNoEntry: false });
  return made === undefined || (written !== undefined && Math.abs(made.mtimeMs - written.mtimeMs) >= 1);
}

/** Writes by renaming, so that a program that starts at this moment never reads half a file. */
function put(output, content, time) {
  const temporary = `${output}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  if (time !== undefined) utimesSync(temporary, time, time);
  renameSync(temporary, output);
}

async function produce([source, output], transform) {
  const { mtime } = statSync(source);
  mkdirSync(dirname(output), { recursive: true });
  if (!source.endsWith('.ts')) return put(output, readFileSync(source), mtime);
  const { code, map } = await transform(source);
  put(`${output}.map`, map);
  put(output, `${code}\n//# sourceMappingURL=${basename(output)}.map\n`, mtime);
}

/** The compiler's message without its own stack. */
function reason(error) {
  return error.message.split(/\n+Caused by:/)[0].trimEnd();
}

/** Removes outputs whose source is gone, so that a deleted file can't be required by accident. */
function sweep(jobs) {
  const wanted = new Set(jobs.flatMap(([, output]) => [output, `${output}.map`]));
  const folders = packages().flatMap((name) => FOLDERS.map((folder) => join(DIST, name, folder)));
  const gone = folders.flatMap(filesBelow).filter((file) => !wanted.has(file) && !file.endsWith('.tmp'));
  for (const file of gone) rmSync(file, { force: true });
  const current = new Set(packages());
  for (const kind of ['apps', 'libs']) {
    for (const name of existsSync(join(DIST, kind)) ? readdirSync(join(DIST, kind)) : []) {
      if (current.has(`${kind}/${name}`) || ELSEWHERE.has(`${kind}/${name}`)) continue;
      rmSync(join(DIST, kind, name), { recursive: true, force: true });
    }
  }
  return gone.length;
}

/** Whether a build would do something. Reads no file but the stamp, so it costs milliseconds. */
export function isStale() {
  if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== fingerprint()) return true;
  return plan().some(([source, output]) => isDue(source, output));
}

/** Brings dist/ up to date. Every file that fails is reported, and one error is thrown at the end. */
export async function compile() {
  // Loaded only here: telling whether a build is due has to stay cheap.
  const { transformFile } = await import('@swc/core');
  const options = swcOptions();
  const transform = (source) => transformFile(source, { ...options, filename: source });
  const print = fingerprint();
  const all = !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== print;
  const jobs = plan();
  const due = jobs.filter(([source, output]) => all || isDue(source, output));
  const failures = [];
  const queue = [...due];
  const work = async () => {
    for (let job = queue.pop(); job !== undefined; job = queue.pop()) {
      await produce(job, transform).catch((error) => failures.push(`${relative(ROOT, job[0])}: ${reason(error)}`));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  if (failures.length > 0) throw new Error(`Could not compile:\n${failures.join('\n')}`);
  const removed = sweep(jobs);
  for (const [output, text] of entries()) {
    mkdirSync(dirname(output), { recursive: true });
    if (!existsSync(output)) put(output, text);
  }
  mkdirSync(DIST, { recursive: true });
  put(STAMP, print);
  return { compiled: due.length, removed, total: jobs.length };
}
