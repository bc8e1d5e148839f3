import { gzipSync } from 'node:zlib';
import { type Plugin } from 'vite';

/** Prints what a first visit downloads, gzipped: the page, its styles, and the JavaScript that it needs at once; and that together with what somebody who is signed in needs. Fails the build above a budget. */
export function bundleBudget(maxFirstBytes: number, maxSignedInBytes: number): Plugin {
  return {
    name: 'bundle-budget',
    apply: 'build',
    writeBundle(_options, bundle) {
      const initial = new Set<string>();
      const visit = (name: string): void => {
        const file = bundle[name];
        if (initial.has(name) || file === undefined) return;
        initial.add(name);
        if (file.type === 'chunk') for (const next of [...file.imports, ...(file.viteMetadata?.importedCss ?? [])]) visit(next);
      };
      const visitModule = (name: string): void => {
        for (const file of Object.values(bundle)) if (file.type === 'chunk' && file.facadeModuleId?.endsWith(name) === true) visit(file.fileName);
      };
      const sizeOf = (name: string): number => {
        const file = bundle[name];
        return gzipSync(file?.type === 'chunk' ? file.code : (file?.source ?? '')).length;
      };
      const check = (what: string, maxBytes: number): void => {
        const bytes = [...initial].reduce((sum, name) => sum + sizeOf(name), 0);
        console.log(`${what}: ${(bytes / 1_000).toFixed(1)} of ${(maxBytes / 1_000).toFixed(0)} kB gzipped, in ${String(initial.size)} files`);
        if (bytes > maxBytes) this.error(`What is fetched for ${what} is over its budget of ${String(maxBytes)} bytes gzipped.`);
      };
      visit('index.html');
      visitModule('/web/index.html');
      check('a first visit', maxFirstBytes);
      visitModule('/shell/shell.tsx');
      check('somebody who is signed in', maxSignedInBytes);
    },
  };
}
