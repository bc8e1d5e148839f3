// The one place that says how TypeScript becomes JavaScript: the build, the dev loop, the require hook and Jest all take their options here.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The aliases of tsconfig.json: `@agent-chat/kernel` -> `libs/kernel/src/index.ts`. */
export function aliases() {
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'));
  return Object.fromEntries(Object.entries(compilerOptions.paths).map(([alias, [file]]) => [alias, file]));
}

/** Aliases whose file exists: swc refuses to resolve the others. */
function existingPaths() {
  return Object.fromEntries(
    Object.entries(aliases())
      .filter(([, file]) => existsSync(join(ROOT, file)))
      .map(([alias, file]) => [alias, [file]]),
  );
}

/** Options for one run of the compiler. `import()` becomes a lazy require, which Node (20.19 and later) also grants ES modules: so aliases work in it, as in Jest.
 * `resolveFully` writes `./ids.js` for `./ids`: right beside outputs, wrong where the TypeScript itself is required. */
export function swcOptions(resolveFully = true) {
  return {
    swcrc: false,
    configFile: false,
    sourceMaps: true,
    module: { type: 'commonjs', resolveFully },
    jsc: {
      target: 'es2022',
      baseUrl: ROOT,
      paths: existingPaths(),
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
    },
  };
}
