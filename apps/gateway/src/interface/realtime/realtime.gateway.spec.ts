import { CLIENT_CALLS } from '@agent-chat/contracts';
import { RealtimeGateway } from './realtime.gateway';
import { ANY_OTHER_CALL } from './slim-io.adapter';

/** Where Nest's `@SubscribeMessage` writes the call that a method answers. */
const CALL_OF_A_METHOD = 'message';

function answeredCalls(): string[] {
  const methods = Object.values(Object.getOwnPropertyDescriptors(RealtimeGateway.prototype)).map(({ value }) => value as object);
  return methods.flatMap((method) => {
    const call: unknown = Reflect.getMetadata(CALL_OF_A_METHOD, method);
    return typeof call === 'string' ? [call] : [];
  });
}

describe('the Socket.IO door', () => {
  it('has one method for each call of the contracts, and one for any other', () => {
    expect(answeredCalls().sort()).toEqual([...Object.keys(CLIENT_CALLS), ANY_OTHER_CALL].sort());
  });
});
