import { serveTasks } from '@agent-chat/load';
import { Redis } from 'ioredis';
import { LimitDoor, type ReceivedPost } from './limit-door';
import { CHANNEL, COMMANDS, type LimitCommand, type LimitServers, openLimitLog, unsealDelivery } from './limit-wire';

/** The limit's door in a cluster: a post goes into the log, what comes back over Redis goes to the sockets as it is. */
async function start({ brokers, redisUrl }: LimitServers): Promise<{ url: string }> {
  const log = await openLimitLog(brokers);
  const waiting = new Map<number, ReceivedPost>();
  let requests = 0;
  const { door, url } = await LimitDoor.open((post) => {
    const { roomId, userId, clientMsgId, text } = post;
    const command: LimitCommand = { request: ++requests, roomId, userId, clientMsgId, text };
    waiting.set(command.request, post);
    void log.append(COMMANDS, [{ key: roomId, value: JSON.stringify(command), headers: {} }]);
  });
  const redis = new Redis(redisUrl);
  redis.on('message', (_: string, message: string) => {
    const { frames, answers } = unsealDelivery(message);
    const due = answers.flatMap(({ request, answer }) => {
      const to = waiting.get(request);
      waiting.delete(request);
      return to === undefined ? [] : [{ to, answer }];
    });
    door.deliver(frames, due);
  });
  await redis.subscribe(CHANNEL);
  return { url };
}

serveTasks({ start });
