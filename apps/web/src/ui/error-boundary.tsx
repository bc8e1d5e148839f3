import { Component, type ReactNode } from 'react';
import { t } from '../core/translate';
import { reload } from '../core/upgrade';
import { ActionButton } from './controls';
import { EmptyState } from './states';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
  /** Another key gives what is inside another chance. */
  readonly resetKey?: string;
}

interface ErrorBoundaryState {
  readonly hasFailed: boolean;
  readonly resetKey: string | undefined;
}

/** Where what is inside can't be shown, since it has a fault: says so instead of leaving nothing at all. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override readonly state: ErrorBoundaryState = { hasFailed: false, resetKey: this.props.resetKey };

  static getDerivedStateFromError(): Partial<ErrorBoundaryState> {
    return { hasFailed: true };
  }

  static getDerivedStateFromProps({ resetKey }: ErrorBoundaryProps, state: ErrorBoundaryState): Partial<ErrorBoundaryState> | null {
    return resetKey === state.resetKey ? null : { hasFailed: false, resetKey };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <div role="alert" className="failed-page">
        <EmptyState
          icon="alert"
          title={t('Something went wrong here')}
          actions={
            <ActionButton look="primary" onPress={reload}>
              {t('Reload')}
            </ActionButton>
          }
        >
          {t('This is a fault of the page, not yours. Your messages are safe on the server, and what you wrote is kept.')}
        </EmptyState>
      </div>
    );
  }
}
