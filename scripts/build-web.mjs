// npm run build:web: bundles the web client into dist/apps/web, which the gateway serves. `--if-stale` skips it when nothing changed.
import { runNode, tool } from './toolchain/process.mjs';
import { webIsStale } from './toolchain/web.mjs';

if (process.argv.includes('--if-stale') && !webIsStale()) console.log('build:web: up to date');
else
  process.exitCode = await runNode([tool('vite', 'bin/vite.js'), 'build', 'apps/web', '--outDir', '../../dist/apps/web', '--emptyOutDir'], {
    // Vite announces a stricter loader of its configuration, which concerns nobody who only builds.
    // Whoever tests bundles what is served, too.
    env: { ...process.env, NODE_ENV: 'production', VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' },
  });
