// npm run docs:scaling: writes every generated document. `--check` (npm run docs:check) writes nothing and fails if one is out of date.
// A generator is a scripts/docs/*.ts that exports `generate(): { path, content }[]`, or a promise of it; paths are relative to the root.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import prettier from 'prettier';
import { load } from './toolchain/load-typescript.mjs';
import { ROOT } from './toolchain/swc.mjs';

const GENERATORS = join(ROOT, 'scripts/docs');

/** Documents in the format that `npm run check` asks of every file. */
async function generated() {
  const names = readdirSync(GENERATORS).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));
  const documents = [];
  for (const name of names) {
    const { generate } = load(join(GENERATORS, name));
    documents.push(...(await generate()));
  }
  const style = await prettier.resolveConfig(join(ROOT, 'package.json'));
  return Promise.all(documents.map(async ({ path, content }) => ({ path, content: await formatted(path, content, style) })));
}

/** Images are left as they are. */
async function formatted(path, content, style) {
  const { inferredParser } = await prettier.getFileInfo(path);
  return inferredParser ? prettier.format(content, { ...style, filepath: path }) : content;
}

function isUpToDate({ path, content }) {
  const file = join(ROOT, path);
  return existsSync(file) && readFileSync(file, 'utf8') === content;
}

const outdated = (await generated()).filter((document) => !isUpToDate(document));
if (process.argv.includes('--check')) {
  for (const { path } of outdated) console.error(`${path} is out of date: run npm run docs:scaling and commit it.`);
  process.exitCode = outdated.length > 0 ? 1 : 0;
} else {
  for (const { path, content } of outdated) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), content);
    console.log(`wrote ${path}`);
  }
}
// A generator may have started an app to ask it for its documents.
process.exit(process.exitCode ?? 0);
