import { type AttachmentLinks } from '@agent-chat/client';

/** What is known of where a file can be had. */
export type FileState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'there'; readonly links: AttachmentLinks }
  /** It was deleted, or isn't for this person. */
  | { readonly kind: 'gone' }
  /** The server can't say now; it is asked again. */
  | { readonly kind: 'away' };

/** What links are asked and kept with. */
export interface FileLinksDependencies {
  /** In any order; those that the person may not see are left out. */
  readonly ask: (attachmentIds: readonly string[]) => Promise<readonly AttachmentLinks[]>;
  readonly nowMs: () => number;
  readonly after: (delayMs: number, run: () => void) => void;
}

const LOADING: FileState = { kind: 'loading' };
const GONE: FileState = { kind: 'gone' };
const AWAY: FileState = { kind: 'away' };
/** What is asked for within this time goes in one call. */
const GATHER_MS = 20;
const MOST_AT_ONCE = 100;
/** Links that are about to expire are as good as expired. */
const MARGIN_MS = 300_000;
const AGAIN = { leastMs: 1_000, mostMs: 15_000 };
/** Files that are remembered: beyond so many those are forgotten that were asked for first. */
const MOST_KNOWN = 1_000;

/** Where files can be had, asked for together by all who show them, and again while pictures are being made and before links expire. */
export class FileLinks {
  private readonly states = new Map<string, FileState>();
  private readonly shown = new Map<string, number>();
  private readonly tries = new Map<string, number>();
  private readonly listeners = new Set<() => void>();
  private readonly wanted = new Set<string>();

  constructor(private readonly dependencies: FileLinksDependencies) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  stateOf(attachmentId: string): FileState {
    return this.states.get(attachmentId) ?? LOADING;
  }

  /** Keeps its state up to date until the answered function is called. */
  show(attachmentId: string): () => void {
    this.shown.set(attachmentId, (this.shown.get(attachmentId) ?? 0) + 1);
    if (!this.isKnown(attachmentId)) this.want(attachmentId);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const others = (this.shown.get(attachmentId) ?? 1) - 1;
      if (others > 0) this.shown.set(attachmentId, others);
      else this.shown.delete(attachmentId);
    };
  }

  /** Asks anew: what was answered did not work. */
  again(attachmentId: string): void {
    this.want(attachmentId);
  }

  /** Links that work now; undefined where the file is gone. Rejects with `AgentChatError`. */
  async fresh(attachmentId: string): Promise<AttachmentLinks | undefined> {
    if (!this.isKnown(attachmentId)) this.take([attachmentId], await this.dependencies.ask([attachmentId]));
    const state = this.stateOf(attachmentId);
    return state.kind === 'there' ? state.links : undefined;
  }

  private isKnown(attachmentId: string): boolean {
    const state = this.stateOf(attachmentId);
    if (state.kind !== 'there') return state.kind === 'gone';
    return state.links.media !== 'waiting' && Date.parse(state.links.expiresAt) - MARGIN_MS > this.dependencies.nowMs();
  }

  private want(attachmentId: string): void {
    if (this.wanted.size === 0) this.dependencies.after(GATHER_MS, () => void this.askAll());
    this.wanted.add(attachmentId);
  }

  private async askAll(): Promise<void> {
    const all = [...this.wanted];
    this.wanted.clear();
    for (let at = 0; at < all.length; at += MOST_AT_ONCE) {
      const ids = all.slice(at, at + MOST_AT_ONCE);
      try {
        this.take(ids, await this.dependencies.ask(ids));
      } catch {
        for (const id of ids) this.set(id, this.stateOf(id).kind === 'there' ? this.stateOf(id) : AWAY);
        for (const id of ids) this.later(id);
      }
    }
  }

  private take(ids: readonly string[], answers: readonly AttachmentLinks[]): void {
    const found = new Map(answers.map((links) => [links.attachmentId, links]));
    for (const id of ids) {
      const links = found.get(id);
      this.set(id, links === undefined ? GONE : { kind: 'there', links });
      if (links?.media === 'waiting') this.later(id);
      else this.tries.delete(id);
      if (links !== undefined) this.lookAgain(id, Date.parse(links.expiresAt) - MARGIN_MS - this.dependencies.nowMs());
    }
    this.forgetOldest();
  }

  private later(attachmentId: string): void {
    const tries = this.tries.get(attachmentId) ?? 0;
    this.tries.set(attachmentId, tries + 1);
    this.lookAgain(attachmentId, Math.min(AGAIN.mostMs, AGAIN.leastMs * 2 ** tries));
  }

  private lookAgain(attachmentId: string, delayMs: number): void {
    this.dependencies.after(Math.max(delayMs, AGAIN.leastMs), () => {
      if (this.shown.has(attachmentId) && !this.isKnown(attachmentId)) this.want(attachmentId);
    });
  }

  private set(attachmentId: string, state: FileState): void {
    this.states.set(attachmentId, state);
    for (const listener of [...this.listeners]) listener();
  }

  private forgetOldest(): void {
    for (const id of this.states.keys()) {
      if (this.states.size <= MOST_KNOWN) return;
      if (!this.shown.has(id)) this.states.delete(id);
    }
  }
}
