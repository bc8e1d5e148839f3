import { useEffect, useState, type ComponentType, type ReactNode } from 'react';
import { ActionButton } from './controls';
import { EmptyState, LoadingState } from './states';

/** A part of the page whose code is fetched when it is first shown. A fetch that failed is not kept: "Try again" fetches anew. */
export function lazyPart<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function LazyPart(props: Props): ReactNode {
    const [turn, setTurn] = useState(0);
    const [state, setState] = useState<'loading' | 'loaded' | 'failed'>('loading');
    useEffect(() => {
      if (loaded !== undefined) return;
      let isOver = false;
      setState('loading');
      load().then(
        (part) => {
          loaded = part;
          if (!isOver) setState('loaded');
        },
        () => {
          if (!isOver) setState('failed');
        },
      );
      return () => {
        isOver = true;
      };
    }, [turn]);
    const Part = loaded;
    if (Part !== undefined) return <Part {...props} />;
    if (state !== 'failed') return <LoadingState label="Loading" />;
    return (
      <EmptyState
        icon="alert"
        title="This part could not be loaded"
        actions={<ActionButton onPress={() => setTurn((before) => before + 1)}>Try again</ActionButton>}
      >
        Check your network, then try again.
      </EmptyState>
    );
  };
}
