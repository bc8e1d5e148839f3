import { ACTS, type Phase, type Scenario } from './scenario';

/** What the command line may change in a scenario. */
export interface Overrides {
  /** Posts a second; the other acts keep their proportion to them. */
  readonly rate?: number | undefined;
  /** Of all phases together; each keeps its part. */
  readonly seconds?: number | undefined;
  /** With as many people, rooms in proportion, and each person in as many rooms. */
  readonly connections?: number | undefined;
}

/** Changes a scenario's size; rooms don't change theirs unless there are too few people for them. */
export function override(scenario: Scenario, { rate, seconds, connections }: Overrides): Scenario {
  const resized = connections === undefined ? scenario : resize(scenario, connections);
  const faster = rate === undefined ? resized : { ...resized, mix: scaledMix(resized.mix, rate) };
  return seconds === undefined ? faster : { ...faster, phases: scaledPhases(faster.phases, seconds) };
}

function scaledMix(mix: Scenario['mix'], rate: number): Scenario['mix'] {
  if (mix.post === 0) return { ...mix, post: rate };
  return Object.fromEntries(ACTS.map((act) => [act, (mix[act] * rate) / mix.post])) as Scenario['mix'];
}

function scaledPhases(phases: readonly Phase[], seconds: number): Phase[] {
  const before = phases.reduce((total, phase) => total + phase.seconds, 0);
  return phases.map((phase) => ({ ...phase, seconds: (phase.seconds * seconds) / before }));
}

function resize(scenario: Scenario, connections: number): Scenario {
  const factor = connections / (scenario.connections ?? scenario.people);
  const people = Math.max(2, Math.round(scenario.people * factor));
  const { sizes, count, kind } = scenario.rooms;
  const fitting =
    'fixed' in sizes ? { fixed: Math.min(sizes.fixed, people) } : { ...sizes, min: Math.min(sizes.min, people), max: Math.min(sizes.max, people) };
  // A room of everybody stays one room: it grows with the people.
  const isOneRoom = count === 1;
  const grown = isOneRoom && 'fixed' in sizes && sizes.fixed === scenario.people ? { fixed: people } : fitting;
  const rooms = { kind, count: isOneRoom ? 1 : Math.max(1, Math.round(count * factor)), sizes: grown };
  return { ...scenario, people, connections: Math.max(people, connections), rooms };
}
