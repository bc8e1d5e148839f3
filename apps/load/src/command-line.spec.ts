import { readCommandLine } from './command-line';

describe('the command line', () => {
  it('takes several URLs and numbers', () => {
    expect(readCommandLine(['standard', '--url', 'http://a:1/,http://b:2', '--rate', '50', '--opening-rate', '10'])).toMatchObject({
      ...{ scenario: 'standard', urls: ['http://a:1', 'http://b:2'], rate: 50, openingRate: 10, seed: 1 },
    });
  });

  it('is refused with all of its mistakes at once', () => {
    expect(() => readCommandLine(['--url', 'localhost:3000', '--rate', 'fast', '--inject', 'fire'])).toThrow(
      /^Name one scenario: .*\n--url must be such as .*\n--inject must be .*\n--rate must be a number from 0, not fast/,
    );
    expect(() => readCommandLine(['standard'])).toThrow(/Say where the system is/);
    expect(() => readCommandLine(['--fast'])).toThrow(/--fast/);
  });

  it('has help', () => {
    expect(readCommandLine(['--help'])).toBeUndefined();
  });
});
