import { type Environment } from './clock';
import { AgentChatError } from './errors';
import { type LiveRequest } from './live-rooms';

const COALESCE_MS = 400;
const RETRY_MS = 2_000;

/** Sends read marks, the newest of each room, coalesced; those of an offline time when connected again. */
export class ReadMarks {
  private readonly waiting = new Map<string, number>();
  private readonly sent = new Map<string, number>();
  private timer: (() => void) | undefined;
  private isConnected = false;

  constructor(
    private readonly request: LiveRequest,
    private readonly environment: Environment,
    private readonly onMarked: (roomId: string, seq: number, unreadCount: number) => void,
    private readonly onError: (error: AgentChatError) => void,
  ) {}

  /** Never goes back. */
  mark(roomId: string, seq: number): void {
    if (seq <= Math.max(this.waiting.get(roomId) ?? 0, this.sent.get(roomId) ?? 0)) return;
    this.waiting.set(roomId, seq);
    if (this.isConnected) this.schedule();
  }

  /** A mark was set back by force: what was sent before counts no longer. */
  forget(roomId: string): void {
    this.waiting.delete(roomId);
    this.sent.delete(roomId);
  }

  /** Somebody else is signed in. */
  clear(): void {
    this.waiting.clear();
    this.sent.clear();
    this.close();
  }

  connected(): void {
    this.isConnected = true;
    if (this.waiting.size > 0) this.schedule();
  }

  disconnected(): void {
    this.isConnected = false;
    this.close();
  }

  close(): void {
    this.timer?.();
    this.timer = undefined;
  }

  private schedule(delayMs = COALESCE_MS): void {
    this.timer ??= this.environment.after(delayMs, () => {
      this.timer = undefined;
      for (const [roomId, seq] of this.waiting) void this.send(roomId, seq);
      this.waiting.clear();
    });
  }

  private async send(roomId: string, seq: number): Promise<void> {
    this.sent.set(roomId, seq);
    try {
      const { unreadCount } = (await this.request('room.read', { roomId, seq })) as { unreadCount: number };
      // One that was set back meanwhile, or moved on, is none any more.
      if (this.sent.get(roomId) === seq) this.onMarked(roomId, seq, unreadCount);
    } catch (thrown) {
      const error = AgentChatError.from(thrown);
      if (this.sent.get(roomId) === seq) this.sent.delete(roomId);
      if (!error.retryable) {
        this.onError(error);
        return;
      }
      if (seq > (this.waiting.get(roomId) ?? 0)) this.waiting.set(roomId, seq);
      if (this.isConnected) this.schedule(error.retryAfterMs ?? RETRY_MS);
    }
  }
}
