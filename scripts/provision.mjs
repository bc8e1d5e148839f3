// npm run provision: installs what the tests need beyond npm packages (a Chromium for the web client's tests). As root on Debian it uses apt-get.
import { provision } from './toolchain/chromium.mjs';

try {
  console.log(`Chromium: ${await provision()}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
