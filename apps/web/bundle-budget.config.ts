import { gzipSync } from 'node:zlib';
import { type Plugin } from 'vite';

/** Prints what a first visit downloads of JavaScript, gzipped, and fails the build above the budget. */
export function bundleBudget(maxInitialBytes: number): Plugin {
  return {
    name: 'bundle-budget',
    apply: 'build',
    writeBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
      const initial = new Set<string>();
      const visit = (name: string): void => {
        if (initial.has(name)) return;
        initial.add(name);
        for (const next of byName.get(name)?.imports ?? []) visit(next);
      };
      for (const chunk of chunks) if (chunk.isEntry) visit(chunk.fileName);
      const bytes = [...initial].reduce((sum, name) => sum + gzipSync(byName.get(name)?.code ?? '').length, 0);
      console.log(`initial JavaScript: ${(bytes / 1_000).toFixed(1)} of ${(maxInitialBytes / 1_000).toFixed(0)} kB gzipped`);
      if (bytes > maxInitialBytes) this.error(`The initial JavaScript is over its budget of ${String(maxInitialBytes)} bytes gzipped.`);
    },
  };
}
