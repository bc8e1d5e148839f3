import { type ReactNode } from 'react';
import { Drawing } from '../../ui/icon';

const PATHS = {
  clip: 'M20 11.500 12 19.500a5 5 0 0 1-7-7L13.500 4a3.300 3.300 0 0 1 4.700 4.700L9.800 17a1.700 1.700 0 0 1-2.400-2.400L15 7',
  download: 'M12 4v11M7 10.500l5 5 5-5M5 20h14',
  folder: 'M3.500 6h6l2 2.500h9V19h-17z',
  file: 'M6 3.500h8l4 4v13H6zM14 3.500v4h4',
  picture: 'M4 5h16v14H4zM4 16l4.500-4.500 4 4 2.500-2.500 5 5M15 9.500h.01',
  next: 'M9 5l7 7-7 7',
  again: 'M20 12a8 8 0 1 1-2.500-5.800L20 8.500M20 4v4.500h-4.500',
} as const;

/** Icons of what has to do with files; fetched with it. */
export function FileIcon({ name, size = 20 }: { readonly name: keyof typeof PATHS; readonly size?: number }): ReactNode {
  return <Drawing path={PATHS[name]} size={size} turns={name === 'next'} />;
}
