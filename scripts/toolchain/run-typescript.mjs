// node run-typescript.mjs <file.ts>: runs TypeScript as it lies in the tree, as a process of its own.
import { resolve } from 'node:path';
import { load } from './load-typescript.mjs';

load(resolve(process.argv[2]));
