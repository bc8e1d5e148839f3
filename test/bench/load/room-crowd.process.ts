import { serveTasks } from '@agent-chat/load';
import { RoomCrowd, type RoomCrowdPlan, type TalkPlan } from './room-crowd';

let crowd: RoomCrowd | undefined;

serveTasks({
  open: async (plan: RoomCrowdPlan) => {
    crowd = new RoomCrowd(plan);
    await crowd.open();
  },
  talk: (plan: TalkPlan) => crowd?.talk(plan),
  verify: () => crowd?.verify(),
});
