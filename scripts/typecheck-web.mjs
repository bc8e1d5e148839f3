// The second half of npm run typecheck: the web client has settings of its own (the browser's types, JSX).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runNode, tool } from './toolchain/process.mjs';
import { ROOT } from './toolchain/swc.mjs';

if (existsSync(join(ROOT, 'apps/web/tsconfig.json'))) process.exitCode = await runNode([tool('typescript', 'bin/tsc'), '--noEmit', '-p', 'apps/web']);
