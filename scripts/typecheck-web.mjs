// The second half of npm run typecheck: the web client has settings of its own (the browser's types, JSX), and so has its service worker.
import { runNode, tool } from './toolchain/process.mjs';

const check = (project) => runNode([tool('typescript', 'bin/tsc'), '--noEmit', '-p', project]);

process.exitCode = (await check('apps/web')) || (await check('apps/web/worker'));
