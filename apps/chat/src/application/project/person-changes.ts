import { type ListChange } from './list-changes';

/** Changes of one person's room list, in order; `rev` is the last one's. */
export interface PersonChanges {
  readonly userId: string;
  readonly rev: number;
  readonly changes: readonly ListChange[];
}
