import { type ReactNode } from 'react';

/** One figure, large. `state` colours it, and its words say the same. */
export function Tile({
  label,
  value,
  note,
  state,
}: {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly state?: 'good' | 'warning' | 'bad';
}): ReactNode {
  return (
    <li className="tile" data-state={state}>
      <span className="tile-label">{label}</span>
      <strong className="tile-value">{value}</strong>
      {note !== undefined && <span className="tile-note">{note}</span>}
    </li>
  );
}
