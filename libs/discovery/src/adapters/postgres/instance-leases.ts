import { type PhysicalDatabase } from '@agent-chat/database';
import { type ServiceInstance } from '../../discovery.port';
import { type ProcessIdentity } from '../../process-identity';

/** How long a process counts as running after its last sign of life. */
export const LEASE_MS = 6_000;
/** Rows of processes that never left. */
const FORGET_AFTER_MS = 600_000;

/** An instance, and whether its lease holds. */
export interface LeasedInstance extends ServiceInstance {
  readonly isAlive: boolean;
}

type LeaseRow = Omit<LeasedInstance, 'publicUrl'> & { readonly publicUrl: string | null };

/** The rows of `service_instances`. All times are the database's: clocks of processes play no part. */
export class InstanceLeases {
  constructor(private readonly directory: PhysicalDatabase) {}

  /** Takes or renews the lease. A process that was here before at the same address is gone. */
  async renew({ instanceId, service, version, address = '', publicUrl }: ProcessIdentity, load: number): Promise<void> {
    await this.directory.query(
      `WITH replaced AS (DELETE FROM service_instances WHERE address = $4 AND instance_id <> $1)
       INSERT INTO service_instances (instance_id, service, version, address, load, renewed_at, expires_at, public_url)
       VALUES ($1, $2, $3, $4, $5, now(), now() + make_interval(secs => $6), $7)
       ON CONFLICT (instance_id) DO UPDATE SET load = excluded.load, renewed_at = excluded.renewed_at, expires_at = excluded.expires_at`,
      [instanceId, service, version, address, load, LEASE_MS / 1_000, publicUrl ?? null],
    );
  }

  /** Every row: one whose lease has run out may be of a process that could not reach this database. */
  async list(): Promise<LeasedInstance[]> {
    const rows = await this.directory.query<LeaseRow>(
      `SELECT service, instance_id AS "instanceId", version, address, public_url AS "publicUrl", load, expires_at > now() AS "isAlive",
              greatest(0, round(extract(epoch FROM now() - renewed_at) * 1000))::int AS "ageMs"
         FROM service_instances`,
    );
    return rows.map(({ publicUrl, ...instance }) => ({ ...instance, ...(publicUrl === null ? {} : { publicUrl }) }));
  }

  async drop({ instanceId }: ProcessIdentity): Promise<void> {
    await this.directory.query('DELETE FROM service_instances WHERE instance_id = $1', [instanceId]);
  }

  async sweep(): Promise<void> {
    await this.directory.query('DELETE FROM service_instances WHERE expires_at < now() - make_interval(secs => $1)', [FORGET_AFTER_MS / 1_000]);
  }
}
