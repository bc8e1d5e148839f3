import { serveTasks } from '@agent-chat/load';
import { type BroadcastPlan, Crowd, type CrowdPlan } from './crowd';

let crowd: Crowd | undefined;

serveTasks({
  prepare: async (plan: CrowdPlan) => {
    crowd = new Crowd(plan);
    await crowd.prepare();
  },
  connect: () => crowd?.connect(),
  broadcast: (plan: BroadcastPlan) => crowd?.broadcast(plan),
});
