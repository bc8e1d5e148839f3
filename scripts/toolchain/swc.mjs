// The one place that says how TypeScript becomes JavaScript: the build, the dev loop, the require hook and Jest all take their options here.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The aliases of tsconfig.json whose file exists (swc refuses to resolve others), each by its whole name: `@agent-chat/kernel` -> `libs/kernel/src/index.ts`. */
function aliases() {
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'));
  const whole = Object.entries(compilerOptions.paths).flatMap(([alias, [file]]) =>
    namesOf(file).map((name) => [alias.replace('*', name), file.replace('*', name)]),
  );
  return Object.fromEntries(whole.filter(([, file]) => existsSync(join(ROOT, file))).map(([alias, file]) => [alias, [file]]));
}

/** What the `*` in a path may stand for; one nameless thing without it. */
function namesOf(file) {
  const [folder, rest] = file.split('*');
  if (rest === undefined) return [''];
  return existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)) : [];
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
      paths: aliases(),
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
    },
  };
}
