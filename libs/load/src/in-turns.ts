/** `count` tasks, `width` at a time; their results in order. */
export async function inTurns<Result>(count: number, width: number, task: (index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) results[index] = await task(index);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
