import { AppConfig } from '@agent-chat/config';
import { generateSigningKey, KeyRing, type SigningKey } from '@agent-chat/auth';
import { AppError, Clock } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan } from 'typeorm';
import { DirectoryDataSource } from './directory-data-source';
import { SigningKeyEntity } from './signing-key.entity';

const ROTATE_AFTER_MS = 30 * 86_400_000;
const REFRESH_MS = 60_000;
// Forged tokens with random key ids must not become queries.
const UNKNOWN_KID_COOL_DOWN_MS = 2_000;
// A new key is shown this long before it signs, so that other nodes, and verifiers that keep the key set for 5 minutes, know it by then.
const SETTLE_MS = 10 * 60_000;
const OUTAGE_PAUSE_MS = 5_000;
const LOCK = 7_204_511_001;

/** The signing keys in the directory database, remembered for a minute. */
@Injectable()
export class DirectoryKeyRing extends KeyRing {
  private keys: readonly SigningKey[] = [];
  private loadedAtMs = Number.NEGATIVE_INFINITY;
  private loading: Promise<void> | undefined;

  constructor(
    private readonly directory: DirectoryDataSource,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {
    super();
  }

  override async current(): Promise<SigningKey> {
    const known = this.signing();
    if (known !== undefined && !this.isDue() && !this.isOlderThan(REFRESH_MS)) return known;
    try {
      await this.load();
      if (this.isDue()) await this.rotate();
    } catch (error) {
      // Known keys go on signing while the directory is down, past their time too.
      if (known === undefined) throw error;
      this.loadedAtMs = this.clock.nowMs() - REFRESH_MS + OUTAGE_PAUSE_MS;
      return known;
    }
    const key = this.signing();
    if (key === undefined) throw new AppError('UNAVAILABLE', { detail: 'There is no key to sign with' });
    return key;
  }

  override async find(kid: string): Promise<SigningKey | undefined> {
    const known = this.known(kid);
    if (known !== undefined || !this.isOlderThan(UNKNOWN_KID_COOL_DOWN_MS)) return known;
    await this.load();
    return this.known(kid);
  }

  override async all(): Promise<readonly SigningKey[]> {
    // There is always a key to show, also before the first log-in.
    await this.current();
    return this.keys.filter((key) => this.isUsable(key));
  }

  // The newest that everybody had time to hear of; on a new installation there is only one to take.
  private signing(): SigningKey | undefined {
    return this.keys.find(({ createdAtMs }) => createdAtMs <= this.clock.nowMs() - SETTLE_MS) ?? this.keys.at(-1);
  }

  private isDue(): boolean {
    const newest = this.keys.find(({ retiredAtMs }) => retiredAtMs === undefined);
    return newest === undefined || newest.createdAtMs <= this.clock.nowMs() - ROTATE_AFTER_MS;
  }

  private known(kid: string): SigningKey | undefined {
    return this.keys.find((key) => key.kid === kid && this.isUsable(key));
  }

  private isUsable({ retiredAtMs }: SigningKey): boolean {
    return retiredAtMs === undefined || retiredAtMs > this.clock.nowMs() - this.longestTokenMs();
  }

  // A ticket lives as long as its session, which outlives every access token.
  private longestTokenMs(): number {
    const { accessTokenTtlSec, refreshTokenTtlSec } = this.config.auth;
    return Math.max(accessTokenTtlSec, refreshTokenTtlSec) * 1_000 + SETTLE_MS + 2 * REFRESH_MS;
  }

  private isOlderThan(ageMs: number): boolean {
    return this.clock.nowMs() - this.loadedAtMs >= ageMs;
  }

  private async load(): Promise<void> {
    this.loading ??= this.read().finally(() => (this.loading = undefined));
    return this.loading;
  }

  private async read(): Promise<void> {
    const lastRetiredAt = new Date(this.clock.nowMs() - this.longestTokenMs());
    const rows = await this.directory.run((manager) =>
      manager.find(SigningKeyEntity, { where: [{ retiredAt: IsNull() }, { retiredAt: MoreThan(lastRetiredAt) }], order: { createdAt: 'DESC' } }),
    );
    this.keys = rows.map(toKey);
    this.loadedAtMs = this.clock.nowMs();
  }

  // One node makes the key; the others, held up by the lock, find it made.
  private async rotate(): Promise<void> {
    const nowMs = this.clock.nowMs();
    await this.directory.transaction(async (manager) => {
      await manager.query('select pg_advisory_xact_lock($1)', [LOCK]);
      const newest = await manager.findOne(SigningKeyEntity, { where: { retiredAt: IsNull() } });
      if (newest !== null && newest.createdAt.getTime() > nowMs - ROTATE_AFTER_MS) return;
      const { kid, privateJwk } = await generateSigningKey(nowMs);
      await manager.update(SigningKeyEntity, { retiredAt: IsNull() }, { retiredAt: new Date(nowMs) });
      await manager.insert(SigningKeyEntity, { kid, privateJwk: { ...privateJwk }, createdAt: new Date(nowMs), retiredAt: null });
    });
    await this.load();
  }
}

function toKey({ kid, privateJwk, createdAt, retiredAt }: SigningKeyEntity): SigningKey {
  return { kid, privateJwk, createdAtMs: createdAt.getTime(), ...(retiredAt === null ? {} : { retiredAtMs: retiredAt.getTime() }) };
}
