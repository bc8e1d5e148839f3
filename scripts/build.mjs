// npm run build: brings dist/ up to date with the sources of apps and libs (the web client is built by build-web.mjs).
import { compile } from './toolchain/compiler.mjs';

const startedAt = performance.now();
try {
  const { compiled, removed, total } = await compile();
  console.log(`build: ${compiled} of ${total} files written, ${removed} removed, ${Math.round(performance.now() - startedAt)} ms`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
