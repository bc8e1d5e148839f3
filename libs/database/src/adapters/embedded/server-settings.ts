/** What every embedded server runs with. Durability is not for sale: an acknowledged message has been synced. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  commit_delay: '0',
  shared_buffers: '256MB',
  wal_compression: 'on',
  min_wal_size: '128MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  max_connections: '60',
  jit: 'off',
  huge_pages: 'off',
  password_encryption: 'scram-sha-256',
  TimeZone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'off',
  log_checkpoints: 'off',
};

/** The command line for a server on a port. `changed` replaces settings: a test's server has nothing to lose. */
export function serverParameters(data: string, port: number, changed: Readonly<Record<string, string>> = {}): string[] {
  const settings = Object.entries({ ...SETTINGS, ...changed, port: String(port) });
  return ['-D', data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
