// Preloaded into a process that is measured: on SIGUSR2 it begins to sample its main thread, on the next it writes what it saw to the directory of
// --diagnostic-dir: <pid>.cpuprofile. Nothing is sampled before and after, so that starting up and warming up are in no figure.
const { renameSync, writeFileSync } = require('node:fs');
const { Session } = require('node:inspector');
const { join } = require('node:path');

/** What takes 1% of a second's work is seen 10 times a second; sampling itself takes about 3% of a processor, on a thread of its own. */
const INTERVAL_MICROS = 1_000;
const OPTION = '--diagnostic-dir=';

const folder = process.execArgv.find((argument) => argument.startsWith(OPTION))?.slice(OPTION.length) ?? '.';
const session = new Session();
let isSampling = false;

/** Whoever waits for the file never sees half of it. */
function put(name, content) {
  const file = join(folder, name);
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}

function begin() {
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: INTERVAL_MICROS });
  session.post('Profiler.start', () => put(`${process.pid}.sampling`, ''));
}

function end() {
  session.post('Profiler.stop', (error, answer) => {
    put(`${process.pid}.cpuprofile`, JSON.stringify(error ?? answer.profile));
    session.disconnect();
  });
}

process.on('SIGUSR2', () => {
  isSampling = !isSampling;
  if (isSampling) begin();
  else end();
});
