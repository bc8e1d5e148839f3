import { type ReactNode } from 'react';
import { explainError } from '../core/explain-error';
import { ActionButton, Spinner } from './controls';
import { Icon, type IconName } from './icon';

/** Where there is nothing (yet), with what to do about it. */
export function EmptyState({
  icon,
  title,
  children,
  actions,
}: {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}): ReactNode {
  return (
    <div className="empty-state">
      <span className="empty-icon">
        <Icon name={icon} size={28} />
      </span>
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {actions !== undefined && <div className="row-actions">{actions}</div>}
    </div>
  );
}

interface ErrorStateProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
  /** What else can be done. */
  readonly children?: ReactNode;
}

/** Where something could not be loaded. */
export function ErrorState({ error, onRetry, children }: ErrorStateProps): ReactNode {
  const { title, advice } = explainError(error);
  const retry = onRetry === undefined ? undefined : <ActionButton onPress={onRetry}>Try again</ActionButton>;
  const actions = (
    <>
      {retry}
      {children}
    </>
  );
  return (
    <EmptyState icon="alert" title={title} actions={retry === undefined && children === undefined ? undefined : actions}>
      {advice}
    </EmptyState>
  );
}

/** Above a list of which a part is missing for now. */
export function IncompleteNote({ children }: { readonly children: string }): ReactNode {
  return (
    <p className="incomplete-note" role="status">
      <Icon name="alert" size={16} />
      {children}
    </p>
  );
}

export function LoadingState({ label }: { readonly label: string }): ReactNode {
  return (
    <div className="empty-state">
      <Spinner label={label} />
    </div>
  );
}
