/** As V8 names a place in the code; `url` is empty for what is native. */
export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** From 0. */
  readonly lineNumber: number;
}

/** A .cpuprofile: the tree of all stacks that were seen, and which of them was seen each time. */
export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame; readonly children?: readonly number[] }[];
  readonly samples: readonly number[];
}

/** A stack, by its top frame: how often it was seen itself, and what lay on top of it. */
export interface CallNode {
  readonly frame: CallFrame;
  readonly children: readonly CallNode[];
  readonly samples: number;
}

const IDLE = '(idle)';

/**
 * The tree of a profile, without the times at which the thread had nothing to do. Samples are counted, not timed: where processors are shared, the time from one
 * to the next is also that of others.
 */
export function callTree(profile: CpuProfile): CallNode {
  const counts = new Map<number, number>();
  for (const id of profile.samples) counts.set(id, (counts.get(id) ?? 0) + 1);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const treeOf = (id: number): CallNode | undefined => {
    const node = nodes.get(id);
    if (node === undefined || node.callFrame.functionName === IDLE) return undefined;
    const children = (node.children ?? []).map(treeOf).filter((child) => child !== undefined);
    return { frame: node.callFrame, children, samples: counts.get(id) ?? 0 };
  };
  const root = treeOf(profile.nodes[0]?.id ?? 0);
  if (root === undefined) throw new Error('The profile is empty');
  return root;
}
