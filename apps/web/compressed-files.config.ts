import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { type Plugin } from 'vite';

const TEXTS = /\.(js|css|html|svg|webmanifest)$/;
/** Smaller ones hardly get smaller. */
const WORTH_BYTES = 600;

/** Writes each text of the build compressed beside it, as well as can be: the gateway serves those to whoever takes them. */
export function compressedFiles(): Plugin {
  return {
    name: 'compressed-files',
    apply: 'build',
    enforce: 'post',
    writeBundle({ dir = '' }) {
      const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => TEXTS.test(name));
      for (const name of files) {
        const file = join(dir, name);
        const content = readFileSync(file);
        if (content.length < WORTH_BYTES || existsSync(`${file}.br`)) continue;
        writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }));
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}
