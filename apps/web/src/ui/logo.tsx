import { type ReactNode } from 'react';

export function Logo(): ReactNode {
  return (
    <svg className="logo" viewBox="0 0 64 64" width="40" height="40" aria-hidden="true">
      <rect width="64" height="64" rx="15" className="logo-ground" />
      <path d="M14 20a6 6 0 0 1 6-6h24a6 6 0 0 1 6 6v17a6 6 0 0 1-6 6H31l-10 8v-8h-1a6 6 0 0 1-6-6z" fill="#fff" />
      <path d="M23 24h18M23 32h11" className="logo-lines" />
    </svg>
  );
}
