/** The consumer groups of a process. Positions are kept under a group's name, so two consumers of one name would undo each other. */
export class GroupNames {
  private readonly taken = new Set<string>();

  /** Throws when the name is taken. */
  claim(group: string): void {
    if (this.taken.has(group)) throw new Error(`There is a consumer group ${group} in this process already: choose another name`);
    this.taken.add(group);
  }
}
