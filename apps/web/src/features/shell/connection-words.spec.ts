import { AgentChatError } from '@agent-chat/client';
import { connectionWords } from './connection-words';

const error = new AgentChatError('NETWORK_ERROR');

describe('the words on a connection that is not there', () => {
  it('count down to the next attempt, and offer to try at once', () => {
    expect(connectionWords({ state: 'reconnecting', error }, true, 12)).toMatchObject({ next: 'Next try in 12 s.', action: 'retry' });
    expect(connectionWords({ state: 'connecting', error }, true, 12)).toMatchObject({ words: 'The server can’t be reached.', action: 'retry' });
  });

  it('name no time that is over before it is read, and none while it is being tried', () => {
    expect(connectionWords({ state: 'reconnecting', error }, true, 1).next).toBe('Trying now…');
    expect(connectionWords({ state: 'reconnecting', error }, true, undefined).next).toBe('Trying now…');
  });

  it('say no more than that it connects before anything went wrong', () => {
    expect(connectionWords({ state: 'connecting' }, true, undefined)).toEqual({ words: 'Connecting…' });
  });

  it('offer nothing without a network, and to connect again where the server ended it', () => {
    expect(connectionWords({ state: 'reconnecting', error }, false, 12).action).toBeUndefined();
    expect(connectionWords({ state: 'closed', error }, true, undefined).action).toBe('connect');
  });
});
