import { addUp } from './result';

type Refused = Readonly<Record<string, number>>;

/** How far all processes together are with opening connections: each tells in its own time, the last perhaps first. */
export class OpeningProgress {
  private readonly byPart = new Map<number, { readonly live: number; readonly refused: Refused }>();

  /** What a process has reached by now, in place of what it told before. */
  told(part: number, live: number, refused: Refused): void {
    this.byPart.set(part, { live, refused });
  }

  get live(): number {
    return [...this.byPart.values()].reduce((total, { live }) => total + live, 0);
  }

  /** Attempts that failed, by code. */
  get refused(): Record<string, number> {
    return addUp([...this.byPart.values()].map(({ refused }) => refused));
  }
}
