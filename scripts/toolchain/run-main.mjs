/** Runs a command line program: an error is printed and ends it with 1, and what still waits holds up its end no longer. */
export async function runMain(main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error.stack ?? error.message);
    process.exitCode = 1;
  }
  process.exit(process.exitCode ?? 0);
}
