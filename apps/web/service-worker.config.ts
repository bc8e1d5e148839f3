import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plugin } from 'vite';

const FILE = 'service-worker.js';

/** Bundles the service worker at a fixed address and tells it what the build consists of, so that the page opens without a network. */
export function serviceWorker(entry: string, publicFolder: string): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    config: () => ({
      build: {
        rolldownOptions: {
          input: { index: join(publicFolder, '../index.html'), 'service-worker': entry },
          output: { entryFileNames: ({ name }: { readonly name: string }) => (name === 'service-worker' ? FILE : 'assets/[name]-[hash].js') },
        },
      },
    }),
    generateBundle(_options, bundle) {
      const worker = bundle[FILE];
      if (worker?.type !== 'chunk') return this.error('There is no service worker in the bundle.');
      if (worker.imports.length > 0) return this.error('The service worker has to be one file.');
      const built = Object.keys(bundle).filter((name) => name !== FILE && name !== 'index.html' && !name.endsWith('.map'));
      const files = [...built, ...readdirSync(publicFolder)].map((name) => `/${name}`).sort();
      // What is built has the hash of its content in its name.
      const hash = createHash('sha256').update(files.join()).update(worker.code);
      for (const name of readdirSync(publicFolder)) hash.update(readFileSync(join(publicFolder, name)));
      const version = hash.digest('hex').slice(0, 12);
      worker.code = `const SHELL = ${JSON.stringify({ version, files })};\n${worker.code}`;
    },
  };
}
