import { type CallFrame } from './cpu-profile';

/** Where a function lies: a file of this repository, a package, Node's own JavaScript, or native code (V8, libuv, the kernel on their behalf). */
export type Place =
  | { readonly kind: 'own'; readonly path: string; readonly name: string }
  | { readonly kind: 'package'; readonly path: string; readonly name: string }
  | { readonly kind: 'node' }
  | { readonly kind: 'native' };

const PACKAGE = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)(\/.*)?$/;
/** A source, or what the build made of it. */
const OWN = /.*?\/(?:dist\/)?((?:apps|libs|test|scripts)\/.+?)\.(?:js|ts|mjs|cjs)$/;

/** The path of an own file is that of its source, from the root of the repository and without ending; that of a package's begins with its name. */
export function placeOf({ url, functionName }: CallFrame): Place {
  if (url.startsWith('node:')) return { kind: 'node' };
  const file = url.replace(/^file:\/\//, '');
  const inPackage = PACKAGE.exec(file);
  if (inPackage !== null) return { kind: 'package', path: `${inPackage[1] ?? ''}${inPackage[2] ?? ''}`, name: functionName };
  const own = OWN.exec(file);
  if (own !== null) return { kind: 'own', path: own[1] ?? '', name: functionName };
  return { kind: 'native' };
}
