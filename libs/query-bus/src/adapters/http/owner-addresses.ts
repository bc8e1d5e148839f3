/** A look-up is never younger than this when it is repeated: an owner that is being replaced is asked for by many. */
const FRESH_MS = 200;

interface Found {
  readonly address: string | undefined;
  readonly readAtMs: number;
}

/** Where the owner of a partition is asked: looked up once, and again only when the one known refuses. */
export class OwnerAddresses {
  private readonly known = new Map<number, Found>();
  private readonly lookups = new Map<number, Promise<string | undefined>>();

  constructor(private readonly ownerOf: (partition: number) => Promise<string | undefined>) {}

  /** The owner's address; undefined while there is none. */
  async find(partition: number): Promise<string | undefined> {
    const found = this.known.get(partition);
    return found?.address ?? this.look(partition, found);
  }

  /** The present owner's, after the one known didn't want to be the owner or wasn't there. */
  async findAgain(partition: number, refused: string): Promise<string | undefined> {
    const found = this.known.get(partition);
    return found?.address === undefined || found.address === refused ? this.look(partition, found) : found.address;
  }

  /** This one is looked up the next time, unless another is known by now. */
  forget(partition: number, address: string): void {
    if (this.known.get(partition)?.address === address) this.known.delete(partition);
  }

  private async look(partition: number, found: Found | undefined): Promise<string | undefined> {
    if (found !== undefined && performance.now() - found.readAtMs < FRESH_MS) return found.address;
    const looking =
      this.lookups.get(partition) ??
      this.ownerOf(partition)
        .then((address) => {
          this.known.set(partition, { address, readAtMs: performance.now() });
          return address;
        })
        .finally(() => this.lookups.delete(partition));
    this.lookups.set(partition, looking);
    return looking;
  }
}
