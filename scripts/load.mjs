// npm run load -- <scenario> --url <url>: builds what is out of date, then becomes the load tool. docs/guides/load.md says how to use it.
import { Module } from 'node:module';
import { join } from 'node:path';
import { isStale } from './toolchain/compiler.mjs';
import { runNode } from './toolchain/process.mjs';
import { ROOT } from './toolchain/swc.mjs';

if (isStale()) {
  const code = await runNode([join(ROOT, 'scripts/build.mjs')]);
  if (code !== 0) process.exit(code);
}
process.argv[1] = join(ROOT, 'dist/apps/load/main.js');
// As the main module, which a plain require would not make it.
Module.runMain(process.argv[1]);
