import { useEffect, useState, type ComponentType, type ReactNode } from 'react';
import { reload, useIsOutdated } from '../core/upgrade';
import { ActionButton } from './controls';
import { EmptyState, LoadingState } from './states';

/** Stands around a part while its code isn't there: the panel or the dialog that the part will be. */
type Frame<Props> = (props: Props, content: ReactNode) => ReactNode;

const loaders = new Set<() => Promise<unknown>>();

/** Fetches the code of every part that wasn't needed yet, one after the other. What fails is fetched when it is shown. */
export async function prefetchParts(): Promise<void> {
  for (const load of loaders) await load().catch(() => undefined);
}

function FailedPart({ onRetry }: { readonly onRetry: () => void }): ReactNode {
  const isOutdated = useIsOutdated();
  if (isOutdated) {
    return (
      <EmptyState
        icon="alert"
        title="Agent Chat was updated"
        actions={
          <ActionButton look="primary" onPress={reload}>
            Reload
          </ActionButton>
        }
      >
        This part belongs to the new version. Reload the page to go on; what you wrote is kept.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="alert" title="This part could not be loaded" actions={<ActionButton onPress={onRetry}>Try again</ActionButton>}>
      Check your network, then try again.
    </EmptyState>
  );
}

/** A part of the page whose code is fetched when it is first shown, or before. A fetch that failed is not kept: "Try again" fetches anew. */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  frame: Frame<Props> = (_, content) => content,
  /** A part that few people see is fetched for those alone. */
  { isPrefetched = true }: { readonly isPrefetched?: boolean } = {},
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  const fetchPart = async (): Promise<void> => {
    loaded ??= await load();
  };
  if (isPrefetched) loaders.add(fetchPart);
  return function LazyPart(props: Props): ReactNode {
    const [turn, setTurn] = useState(0);
    const [state, setState] = useState<'loading' | 'loaded' | 'failed'>('loading');
    useEffect(() => {
      if (loaded !== undefined) return;
      let isOver = false;
      const settled = (next: 'loaded' | 'failed') => (): void => {
        if (!isOver) setState(next);
      };
      setState('loading');
      fetchPart().then(settled('loaded'), settled('failed'));
      return () => {
        isOver = true;
      };
    }, [turn]);
    const Part = loaded;
    if (Part !== undefined) return <Part {...props} />;
    return frame(props, state === 'failed' ? <FailedPart onRetry={() => setTurn((before) => before + 1)} /> : <LoadingState label="Loading" />);
  };
}
