import { describeAgent } from './describe-agent';

describe('describeAgent', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36', 'Chrome, Linux'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0', 'Edge, Windows'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1', 'Safari, iOS'],
    ['Mozilla/5.0 (Android 14; Mobile; rv:120.0) Gecko/120.0 Firefox/120.0', 'Firefox, Android'],
    ['curl/8.4.0', 'curl/8.4.0'],
  ])('reads %s', (agent, words) => expect(describeAgent(agent)).toBe(words));

  it('keeps what it does not know short, and knows nothing of nothing', () => {
    expect(describeAgent('x'.repeat(300))).toHaveLength(40);
    expect([describeAgent(undefined), describeAgent('  ')]).toEqual([undefined, undefined]);
  });
});
