import { REST_BODIES } from '@agent-chat/contracts';
import { nthUsername, suggestedUsername } from './suggested-username';

describe('A username made from what another issuer says', () => {
  it.each([
    ['Zoë.Müller@example.com', 'zoe.muller'],
    ['alice', 'alice'],
    ['Åsa Öberg', 'asa-oberg'],
    ['__x', 'user'],
    ['...bob...', 'bob'],
    ['日本', 'user'],
    ["'; drop table users; --", 'drop-table-users'],
    ['ﬁona', 'fiona'],
    [undefined, 'user'],
  ])('is for %p %p', (given, expected) => {
    expect(suggestedUsername(given)).toBe(expected);
  });

  it('is always one that could have been registered, with any suffix', () => {
    for (const given of ['-a-b-', 'x'.repeat(300), 'é'.repeat(300), 'a' + '-'.repeat(40) + 'b', '\0\ud800ab', 'A..', 'I\u0307x']) {
      const username = nthUsername(suggestedUsername(given), 19);
      expect(REST_BODIES.register.shape.username.safeParse(username).data).toBe(username);
    }
  });
});
