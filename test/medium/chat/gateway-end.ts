import { type Backplane } from '@agent-chat/backplane';
import { COMMANDS_TOPIC, decodeEventGroups, encodeCommand, type Command, type CommandAnswer, type CommandType, type EventGroup } from '@agent-chat/contracts';
import { type EventLog } from '@agent-chat/event-log';
import { newId, type GatewayId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { type Call } from './calls';

/** A gateway's end of the write path: it appends calls, and keeps everything that owners tell it. */
export async function openGatewayEnd(log: EventLog, backplane: Backplane, gatewayId = newId<GatewayId>()) {
  const answers = new Map<string, CommandAnswer>();
  /** The same answers as they came, repeats too. */
  const heard: CommandAnswer[] = [];
  const groups: EventGroup[] = [];
  const control: { type: string; partition: number; fence: number }[] = [];
  await backplane.listen(gatewayId, (channel, message) => {
    if (channel === 'answers') {
      for (const answer of JSON.parse(message) as CommandAnswer[]) {
        heard.push(answer);
        answers.set(answer.requestId, answer);
      }
    } else if (channel === 'events') groups.push(...decodeEventGroups(message));
    else if (channel === 'control') control.push(JSON.parse(message));
  });

  /** Appends a call without waiting for its answer; resolves with its place. */
  const append = async <Type extends CommandType>({ key = newId(), requestId = newId(), ...call }: Call<Type>) => {
    const record = encodeCommand({ ...call, key, requestId, gatewayId } as unknown as Command);
    const [place] = await log.append(COMMANDS_TOPIC, [record]);
    return { requestId, key, offset: place!.offset };
  };
  const answerTo = (requestId: string, timeoutMs = 8_000): Promise<CommandAnswer> =>
    eventually(() => answers.get(requestId) ?? Promise.reject(new Error('no answer yet')), { timeoutMs, intervalMs: 2 });
  const send = async <Type extends CommandType>(call: Call<Type>, timeoutMs?: number): Promise<CommandAnswer> =>
    answerTo((await append(call)).requestId, timeoutMs);
  return { gatewayId, answers, heard, groups, control, append, answerTo, send };
}
