import { type BenchOptions, tell } from './load/options';
import { type Judgement } from './overload/judgement';
import { everyoneWrites, slowConsumers, thousandRooms } from './overload/neighbours';
import { OverloadRig } from './overload/rig';
import { spike } from './overload/spike';

export const description =
  'what too much does, and to whom, beside a crowd of bystanders in rooms of their own; every delivery verified, and limits that must hold: twice the saturating rate for a minute ' +
  '(scenario=spike seconds=60 saturating=<rate, found unless given> users=100), a room of 10,000 connections that all write (scenario=everyone-writes rate=500 connections=10000 people=200), ' +
  'readers that hang (scenario=slow-consumer rate=300 slow=20), one client in 1,000 rooms (scenario=thousand-rooms); all: profile=standalone|cluster seconds=15 gateways=1 chats=1 cpuProfile=<directory>';

const SCENARIOS: Readonly<Record<string, (rig: OverloadRig) => Promise<Judgement>>> = {
  spike,
  'everyone-writes': everyoneWrites,
  'slow-consumer': slowConsumers,
  'thousand-rooms': thousandRooms,
};

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number | string>; rows: object[] }> {
  const { scenario = 'spike' } = options;
  const perform = SCENARIOS[scenario];
  if (perform === undefined) throw new Error(`scenario must be one of ${Object.keys(SCENARIOS).join(', ')}, not ${scenario}`);
  const rig = await OverloadRig.start(options, { MAX_CONNECTIONS: '20000', MAX_CONNECTIONS_PER_USER: '1000' });
  try {
    const { figures, rows, broken } = await perform(rig);
    if (rig.system.printed.trim() !== '') tell(rig.system.printed.slice(-2_000));
    for (const each of broken) tell(`NOT KEPT: ${each}`);
    if (broken.length > 0) process.exitCode = 1;
    return { figures: { ...figures, limits: broken.length === 0 ? 'kept' : `${String(broken.length)} BROKEN` }, rows: [...rows] };
  } finally {
    await rig.end();
  }
}
