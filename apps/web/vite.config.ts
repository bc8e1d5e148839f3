import optimizeLocales from '@react-aria/optimize-locales-plugin';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { bundleBudget } from './bundle-budget.config';
import { compressedFiles } from './compressed-files.config';
import { emojiData } from './emoji.config';
import { serviceWorker } from './service-worker.config';

const SDK = fileURLToPath(new URL('../../libs/client/src/index.ts', import.meta.url));
const WORKER = fileURLToPath(new URL('worker/main.ts', import.meta.url));
const PUBLIC = fileURLToPath(new URL('public', import.meta.url));
const SERVER = 'http://127.0.0.1:3000';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: { alias: { '@agent-chat/client': SDK } },
  // Nothing is inlined: the content security policy allows files of the server only.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: true },
  server: { proxy: { '/api': SERVER, '/.well-known': SERVER, '/socket.io': { target: SERVER, ws: true } } },
  // The components bring their words in thirty languages: only those of the page are bundled.
  plugins: [
    { ...optimizeLocales.vite({ locales: ['en-US', 'de-DE'] }), enforce: 'pre' },
    emojiData(),
    serviceWorker(WORKER, PUBLIC),
    // Aimed at are 200 kB for a first load, which is the log-in page's. What is needed besides comes after it: both at once are fetched by whoever is signed in, but has nothing of this build.
    bundleBudget(170_000, 212_000),
    compressedFiles(),
  ],
});
