// npm run build:client: the SDK as the npm package @agent-chat/client, in dist/libs/client-package: ES module, CommonJS, types for both.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { runNode, tool } from './toolchain/process.mjs';
import { ROOT } from './toolchain/swc.mjs';

const SOURCE = join(ROOT, 'libs/client');
const ENTRY = join(SOURCE, 'src/index.ts');
const PACKAGE = join(ROOT, 'dist/libs/client-package');
const TYPES = join(PACKAGE, 'types');
const SOCKET = 'socket.io-client';

async function bundle() {
  await build({
    root: SOURCE,
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: PACKAGE,
      emptyOutDir: true,
      target: 'es2022',
      minify: 'oxc',
      sourcemap: true,
      lib: { entry: ENTRY, formats: ['es', 'cjs'], fileName: (format) => (format === 'es' ? 'index.js' : 'index.cjs') },
      rollupOptions: { external: [SOCKET] },
    },
  });
}

/** Declarations name their neighbours with an extension, so that every way of resolving modules finds them; once for `import`, once for `require`. */
async function declare() {
  const options = ['--declaration', '--emitDeclarationOnly', '--strict', '--skipLibCheck', '--target', 'es2022', '--lib', 'es2023', '--types', 'node'];
  const resolution = ['--module', 'preserve', '--moduleResolution', 'bundler', '--outDir', TYPES];
  const code = await runNode([tool('typescript', 'bin/tsc'), ENTRY, ...options, ...resolution]);
  if (code !== 0) throw new Error('The declarations could not be written');
  for (const name of readdirSync(TYPES)) {
    const text = readFileSync(join(TYPES, name), 'utf8');
    const linked = (extension) => text.replace(/(from |import\()(['"])(\.\/[a-z-]+)\2/g, `$1$2$3.${extension}$2`);
    writeFileSync(join(TYPES, name), linked('js'));
    writeFileSync(join(TYPES, name.replace(/\.d\.ts$/, '.d.cts')), linked('cjs'));
  }
}

function describe() {
  const { version, license, description, engines, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const manifest = {
    name: '@agent-chat/client',
    version,
    description: `The client of Agent Chat for browsers and Node. ${description}`,
    license,
    type: 'module',
    sideEffects: false,
    main: './index.cjs',
    module: './index.js',
    types: './types/index.d.ts',
    exports: {
      '.': {
        import: { types: './types/index.d.ts', default: './index.js' },
        require: { types: './types/index.d.cts', default: './index.cjs' },
      },
      './package.json': './package.json',
    },
    engines: { node: engines.node },
    dependencies: { [SOCKET]: dependencies[SOCKET] },
  };
  writeFileSync(join(PACKAGE, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const [from, to] of [
    [join(SOURCE, 'README.md'), 'README.md'],
    [join(ROOT, 'LICENSE'), 'LICENSE'],
  ]) {
    cpSync(from, join(PACKAGE, to));
  }
}

rmSync(PACKAGE, { recursive: true, force: true });
mkdirSync(PACKAGE, { recursive: true });
try {
  await bundle();
  await declare();
  describe();
  console.log('build:client: dist/libs/client-package is ready');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
