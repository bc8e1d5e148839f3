import { type ReactNode } from 'react';
import './file-name.css';
import { nameParts } from './file-words';

/** A file's name in one line. Where there is too little place its middle is left out: how it ends says what it is. */
export function FileName({ name }: { readonly name: string }): ReactNode {
  const { stem, ending } = nameParts(name);
  return (
    <span className="file-name" title={name}>
      <span className="sr-only">{name}</span>
      <span className="ellipsis" aria-hidden>
        {stem}
      </span>
      <span aria-hidden>{ending}</span>
    </span>
  );
}
