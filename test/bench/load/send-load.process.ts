import { serveTasks } from '@agent-chat/load';
import { type Population, type RunPlan, SendLoad } from './send-load';

let load: SendLoad | undefined;

function current(): SendLoad {
  if (load === undefined) throw new Error('Not open');
  return load;
}

serveTasks({
  open: async (population: Population) => {
    load = new SendLoad(population);
    await load.open();
  },
  perform: (plan: RunPlan) => current().perform(plan),
  verify: () => current().verify(),
  close: () => {
    current().close();
  },
});
