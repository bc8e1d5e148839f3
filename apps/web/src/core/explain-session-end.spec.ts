import { AgentChatError } from '@agent-chat/client';
import { explainSessionEnd } from './explain-session-end';

describe('the words on a session that ended', () => {
  it('are not needed by somebody who chose to log out, or has never been in', () => {
    expect(explainSessionEnd({ reason: 'logout' })).toBeUndefined();
    expect(explainSessionEnd(undefined)).toBeUndefined();
  });

  it('differ by who ended it', () => {
    const titles = [
      explainSessionEnd({ reason: 'elsewhere' }),
      explainSessionEnd({ reason: 'refused', error: new AgentChatError('UNAUTHENTICATED') }),
      explainSessionEnd({ reason: 'refused', error: new AgentChatError('REFRESH_TOKEN_REUSED') }),
    ].map((words) => words?.title);
    expect(titles).toEqual(['You were logged out in another tab', 'Your session has ended', 'We logged you out to be safe']);
  });
});
