// The second half of npm run typecheck: the web client has settings of its own (the browser's types, JSX).
import { runNode, tool } from './toolchain/process.mjs';

process.exitCode = await runNode([tool('typescript', 'bin/tsc'), '--noEmit', '-p', 'apps/web']);
