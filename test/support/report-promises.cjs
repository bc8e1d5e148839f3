// Preloaded into a process that is tested: on SIGUSR2 it prints what Node keeps of a promise beside the promise.
process.on('SIGUSR2', () => {
  const kept = Object.getOwnPropertySymbols(Promise.resolve()).map(({ description }) => description);
  process.stdout.write(`promise ${JSON.stringify(kept)}\n`);
});
