// npm run build:production: everything that images and npm packages hold: the apps, the bundle of the web client, the SDK.
import { join } from 'node:path';
import { runNode } from './toolchain/process.mjs';
import { ROOT } from './toolchain/swc.mjs';

for (const script of ['scripts/build.mjs', 'scripts/build-web.mjs', 'scripts/build-client.mjs']) {
  const code = await runNode([join(ROOT, script)]);
  if (code !== 0) process.exit(code);
}
