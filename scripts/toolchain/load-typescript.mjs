// Lets a script require TypeScript as it lies in the tree, aliases included: compiled in memory, nothing written.
import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { transformSync } from '@swc/core';
import { ROOT, swcOptions } from './swc.mjs';

const options = { ...swcOptions(false), sourceMaps: 'inline' };
process.setSourceMapsEnabled(true);

Module._extensions['.ts'] = (module, filename) => {
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...options, filename }).code, filename);
};

/** `require`, from the root of the repository, for .ts as well as .js. */
export const load = createRequire(`${ROOT}/`);
