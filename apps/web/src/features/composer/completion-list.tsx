import { type ReactNode } from 'react';

/** Something that can be picked for what is being typed. */
export interface CompletionOption {
  readonly key: string;
  readonly mark: ReactNode;
  readonly label: string;
  readonly detail?: string;
}

interface CompletionListProps {
  readonly id: string;
  readonly label: string;
  readonly options: readonly CompletionOption[];
  readonly active: number;
  readonly onChoose: (index: number) => void;
}

/** What can be picked; the focus stays in the text. */
export function CompletionList({ id, label: name, options, active, onChoose }: CompletionListProps): ReactNode {
  return (
    <ul className="completion-list" id={id} role="listbox" aria-label={name}>
      {options.map(({ key, mark, label, detail }, index) => (
        <li
          key={key}
          id={`${id}-${String(index)}`}
          role="option"
          aria-selected={index === active}
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(index);
          }}
        >
          {mark}
          <span className="ellipsis name">{label}</span>
          {detail !== undefined && <span className="muted ellipsis name">{detail}</span>}
        </li>
      ))}
    </ul>
  );
}
