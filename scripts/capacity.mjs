// npm run capacity -- --users 1000000 --messages-per-minute 1000000: what an installation takes and costs; --help lists the rest. The code is in scripts/capacity.
import { load } from './toolchain/load-typescript.mjs';

const { Mistake, run } = load('./scripts/capacity/cli.ts');

try {
  process.exitCode = await run(process.argv.slice(2), (text) => console.log(text));
} catch (error) {
  if (!(error instanceof Mistake)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
process.exit(process.exitCode ?? 0);
