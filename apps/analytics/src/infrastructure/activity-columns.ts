import { type Activity } from '@agent-chat/contracts';

/** The counted columns of the tables of figures, called as the answers call them, in the order in which `figures_count` takes them. */
export const ACTIVITY = ['messages', 'edits', 'deletions', 'reactions', 'joins', 'leaves', 'uploads'] as const satisfies readonly (keyof Activity)[];

/** All of them summed up, for a list of what is selected. */
export function summed(): string {
  return ACTIVITY.map((column) => `sum(${column})::bigint AS ${column}`).join(', ');
}
