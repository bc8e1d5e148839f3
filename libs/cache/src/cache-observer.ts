/** Told of each value that was asked for: whether it was there, or had to be loaded from its source by this call. */
export type CacheObserver = (key: string, wasThere: boolean) => void;

/** What `ask` brings, which may call the `load` that it is given; the observer is told whether it did. */
export async function observed<Value, Answer>(
  key: string,
  load: () => Promise<Value>,
  ask: (load: () => Promise<Value>) => Promise<Answer>,
  onRead: CacheObserver | undefined,
): Promise<Answer> {
  let wasThere = true;
  const answer = await ask(() => {
    wasThere = false;
    return load();
  });
  onRead?.(key, wasThere);
  return answer;
}
