import { describeQueryBusContract } from '@agent-chat/query-bus/testing';
import { openBus } from './testing/bus-rig';

describeQueryBusContract('HttpQueryBus', async () => {
  const answering = await openBus();
  const asking = await openBus({ addressesOf: () => [answering.address], ownerOf: async () => answering.address });
  return { asking: asking.bus, answering: answering.bus };
});
