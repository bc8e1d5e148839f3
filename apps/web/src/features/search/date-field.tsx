import { useId, type ReactNode } from 'react';

interface DateFieldProps {
  readonly label: string;
  /** A local day such as `2026-03-01`, or empty. */
  readonly value: string;
  readonly onChange: (day: string) => void;
  readonly max?: string;
}

/** A day: the browser's own field, which every device shows as its people know it. */
export function DateField({ label, value, onChange, max }: DateFieldProps): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input className="input" id={id} type="date" value={value} max={max} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}
