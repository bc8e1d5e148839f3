import { AgentChatError } from '@agent-chat/client';
import { explainError } from './explain-error';

describe('a failure in words', () => {
  it('says when to try again', () => {
    expect(explainError(new AgentChatError('RATE_LIMITED', { retryAfterMs: 2_400 })).advice).toBe('Try again in 3 s.');
    expect(explainError(new AgentChatError('RATE_LIMITED', { retryAfterMs: 200_000 })).advice).toBe('Try again in 4 min.');
    expect(explainError(new AgentChatError('RATE_LIMITED')).advice).toBe('Wait a moment, then try again.');
  });

  it('names the fields that are wrong', () => {
    const error = new AgentChatError('VALIDATION_FAILED', { errors: [{ path: 'name', message: 'is too long' }] });
    expect(explainError(error).advice).toBe('name is too long');
  });

  it('tells nothing-happened from may-have-happened', () => {
    expect(explainError(new AgentChatError('UNAVAILABLE')).advice).toContain('Nothing was changed');
    expect(explainError(new AgentChatError('TIMEOUT')).advice).toContain('may still have worked');
  });

  it('has words for everything', () => {
    for (const thrown of [undefined, null, 'x', 7, {}, new Error('boom'), new AgentChatError('NEW_CODE', { message: 'New words' })]) {
      const { title, advice } = explainError(thrown);
      expect([title, advice]).not.toContain('');
    }
    expect(explainError(new AgentChatError('NEW_CODE', { message: 'New words' })).advice).toBe('New words');
  });
});
