import type { ConfigProblem } from './config-error';

/** What a cluster can't do without, beside the settings' own rules: many processes, one installation. */
export function missingInCluster({ secrets }: { readonly secrets: readonly string[] }): ConfigProblem[] {
  if (secrets.length > 0) return [];
  return [{ setting: 'INTERNAL_SECRET', message: 'must be given in a cluster: at least 32 random characters, the same for every process' }];
}
