import { randomInt } from 'node:crypto';

/** Who could not be reached is not asked for so long while others are there. */
const AVOID_MS = 2_000;

/** Chooses whom to ask: of two at random the one with fewer questions of ours under way (M. Mitzenmacher, "The power of two choices"). */
export class InstanceChoice {
  private readonly outstanding = new Map<string, number>();
  private readonly avoidedUntilMs = new Map<string, number>();

  constructor(private readonly random: (below: number) => number = randomInt) {}

  /** One of the addresses, but not `except`; undefined if there is no other. */
  pick(addresses: readonly string[], except?: string): string | undefined {
    const candidates = this.candidatesAmong(addresses, except);
    if (candidates.length <= 1) return candidates[0];
    const first = this.random(candidates.length);
    const second = (first + 1 + this.random(candidates.length - 1)) % candidates.length;
    const [one, other] = [candidates[first] ?? '', candidates[second] ?? ''];
    return this.load(one) <= this.load(other) ? one : other;
  }

  /** All of them, as long as nobody is avoided: a question looks at two, and not at every process there is. */
  private candidatesAmong(addresses: readonly string[], except: string | undefined): readonly string[] {
    const nowMs = performance.now();
    for (const [known, untilMs] of this.avoidedUntilMs) if (untilMs <= nowMs) this.avoidedUntilMs.delete(known);
    if (except === undefined && this.avoidedUntilMs.size === 0) return addresses;
    const others = addresses.filter((address) => address !== except);
    const reachable = others.filter((address) => !this.avoidedUntilMs.has(address));
    return reachable.length > 0 ? reachable : others;
  }

  /** Counts work for an address while it lasts. */
  async during<Result>(address: string, work: Promise<Result>): Promise<Result> {
    this.outstanding.set(address, this.load(address) + 1);
    try {
      return await work;
    } finally {
      const left = this.load(address) - 1;
      if (left === 0) this.outstanding.delete(address);
      else this.outstanding.set(address, left);
    }
  }

  avoid(address: string): void {
    this.avoidedUntilMs.set(address, performance.now() + AVOID_MS);
  }

  private load(address: string): number {
    return this.outstanding.get(address) ?? 0;
  }
}
