// npm start: builds what is out of date, then becomes the standalone: no process in between, so that signals, exit codes and kill -9 mean what they say.
import { Module } from 'node:module';
import { join } from 'node:path';
import { isStale } from './toolchain/compiler.mjs';
import { runNode } from './toolchain/process.mjs';
import { ROOT } from './toolchain/swc.mjs';
import { webIsStale } from './toolchain/web.mjs';

const ENTRY = join(ROOT, 'dist/apps/standalone/main.js');

async function build(script) {
  const code = await runNode([join(ROOT, script)]);
  if (code !== 0) process.exit(code);
}

if (isStale()) await build('scripts/build.mjs');
if (webIsStale()) await build('scripts/build-web.mjs');
process.argv[1] = ENTRY;
// As the main module, which a plain require would not make it.
Module.runMain(ENTRY);
