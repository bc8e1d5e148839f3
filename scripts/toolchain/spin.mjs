// Finds SPIN, which checks the models of docs/spec, and the C compiler that its checkers need; installs them as root on Debian.
import { findProgram, installPackages, mayInstall } from '../servers/programs.mjs';

const PACKAGES = { spin: 'spin', gcc: 'gcc', 'the C library': 'libc6-dev' };

function missing() {
  const absent = ['spin', 'gcc'].filter((name) => findProgram([name]) === undefined);
  return absent.length > 0 ? Object.values(PACKAGES) : [];
}

/** The path of spin. Installs what is missing, or tells the command that does. */
export async function provision() {
  const packages = missing();
  if (packages.length > 0) {
    if (!mayInstall()) throw new Error(`The model checker needs spin and gcc. On Debian: sudo apt-get install -y ${packages.join(' ')}`);
    await installPackages(packages);
  }
  return findProgram(['spin']);
}
