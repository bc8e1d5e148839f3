import { ClusterProcesses } from './cluster-processes';
import { StandaloneProcess } from './standalone-process';
import { type Ownership, type TestedSystem } from './tested-system';

/** Starts what `E2E_PROFILE` says: a process of the standalone, or the processes of a cluster. */
export async function startSystem(env: NodeJS.ProcessEnv = {}, ownership: Ownership = 'shared'): Promise<TestedSystem> {
  const profile = process.env['E2E_PROFILE'] ?? 'standalone';
  if (profile === 'standalone') return StandaloneProcess.start(env);
  if (profile === 'cluster') return ClusterProcesses.start(env, ownership);
  throw new Error(`E2E_PROFILE is ${profile}: it may be standalone or cluster.`);
}
