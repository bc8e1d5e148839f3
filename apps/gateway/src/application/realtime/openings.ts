/** What was opened and closed since it was last told: whoever keeps account of it elsewhere hears of what changed, and not of everything each time. */
export class Openings<Id> {
  private readonly opened = new Set<Id>();
  private readonly closed = new Set<Id>();

  get isEmpty(): boolean {
    return this.opened.size === 0 && this.closed.size === 0;
  }

  open(id: Id): void {
    this.closed.delete(id);
    this.opened.add(id);
  }

  close(id: Id): void {
    this.opened.delete(id);
    this.closed.add(id);
  }

  /** At most so many of each, which count as told from now on. */
  take(limit: number): { readonly opened: Id[]; readonly closed: Id[] } {
    return { opened: takeFrom(this.opened, limit), closed: takeFrom(this.closed, limit) };
  }

  /** They were not told after all. */
  putBack(opened: readonly Id[]): void {
    for (const id of opened) if (!this.closed.has(id)) this.opened.add(id);
  }
}

function takeFrom<Id>(ids: Set<Id>, limit: number): Id[] {
  const taken: Id[] = [];
  for (const id of ids) {
    if (taken.length === limit) break;
    taken.push(id);
  }
  for (const id of taken) ids.delete(id);
  return taken;
}
