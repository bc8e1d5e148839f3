import { readCommandLine, usage } from './command-line';
import { Mistake } from './mistake';
import { LoadRun } from './run/load-run';

const COULD_NOT_RUN = 2;

async function main(words: readonly string[]): Promise<number> {
  const options = readCommandLine(words);
  if (options === undefined) {
    process.stdout.write(`${usage()}\n`);
    return 0;
  }
  const run = new LoadRun(options);
  process.on('SIGINT', () => {
    run.stop();
  });
  process.on('SIGTERM', () => {
    run.stop();
  });
  return (await run.perform()) ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Mistake ? error.message : ((error as Error).stack ?? String(error))}\n`);
    process.exit(COULD_NOT_RUN);
  },
);
