import { type ReactNode } from 'react';
import { explainError } from '../../core/explain-error';
import { ActionButton } from '../../ui/controls';
import { ErrorState, LoadingState } from '../../ui/states';
import { momentLabel } from './format';
import { type Polled } from './use-polled';

/** What was read, or what there is to say while there is nothing. What is old because the newest attempt failed says so. */
export function Read<Data>({
  label,
  polled,
  children,
}: {
  readonly label: string;
  readonly polled: Polled<Data>;
  readonly children: (data: Data) => ReactNode;
}): ReactNode {
  const { data, error, readAtMs, reload } = polled;
  if (data === undefined) return error === undefined ? <LoadingState label={label} /> : <ErrorState error={error} onRetry={reload} />;
  return (
    <>
      {error !== undefined && (
        <p className="stale" role="status">
          {explainError(error).title}. This is from {momentLabel(readAtMs ?? 0)}.
          <ActionButton look="quiet" onPress={reload}>
            Try again
          </ActionButton>
        </p>
      )}
      {children(data)}
    </>
  );
}
