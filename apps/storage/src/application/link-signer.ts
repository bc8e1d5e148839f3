import { Clock } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What links are signed with. */
export abstract class LinkKey {
  /** Rejects with UNAVAILABLE until it was read once. */
  abstract get(): Promise<Buffer>;
}

const HOUR_MS = 3_600_000;

/** Until when a link works, and the proof of it. */
export interface LinkProof {
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly signature: string;
}

/** Signs addresses of files, so that they work without a token for one to two hours. Within an hour they stay the same, so that browsers keep what they loaded. */
@Injectable()
export class LinkSigner {
  constructor(
    private readonly key: LinkKey,
    private readonly clock: Clock,
  ) {}

  async sign(attachmentId: string): Promise<LinkProof> {
    const until = (Math.floor(this.clock.nowMs() / HOUR_MS) + 2) * HOUR_MS;
    return { until, signature: signatureOf(await this.key.get(), attachmentId, until) };
  }

  /** Whether the proof is one of ours and has not expired. */
  async accepts(attachmentId: string, { until, signature }: LinkProof): Promise<boolean> {
    if (!(until > this.clock.nowMs())) return false;
    const [own, given] = [Buffer.from(signatureOf(await this.key.get(), attachmentId, until)), Buffer.from(signature)];
    return own.length === given.length && timingSafeEqual(own, given);
  }
}

function signatureOf(key: Buffer, attachmentId: string, until: number): string {
  return createHmac('sha256', key).update(`${attachmentId} ${until}`).digest('base64url');
}
