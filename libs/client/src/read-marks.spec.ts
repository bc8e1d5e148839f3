import { ReadMarks } from './read-marks';
import { SteeredEnvironment } from './testing/steered-environment';

const COALESCED_MS = 400;

function openMarks() {
  const environment = new SteeredEnvironment();
  const requests: unknown[] = [];
  const marked: number[] = [];
  let answer: () => void = () => undefined;
  const request = (_call: string, body: unknown): Promise<unknown> => {
    requests.push(body);
    return new Promise((resolve) => (answer = () => resolve({ unreadCount: 0 })));
  };
  const marks = new ReadMarks(
    request,
    environment,
    (_roomId, seq) => marked.push(seq),
    () => undefined,
  );
  marks.connected();
  return { marks, environment, requests, marked, answer: () => answer() };
}

describe('read marks on their way', () => {
  it('are told of when the server has them, unless they were set back meanwhile', async () => {
    const { marks, environment, marked, answer } = openMarks();
    marks.mark('a', 5);
    await environment.advance(COALESCED_MS);
    answer();
    await environment.advance(0);
    expect(marked).toEqual([5]);
    marks.mark('a', 9);
    await environment.advance(COALESCED_MS);
    marks.forget('a');
    answer();
    await environment.advance(0);
    expect(marked).toEqual([5]);
  });

  it('are not sent for whoever signs in next', async () => {
    const { marks, environment, requests } = openMarks();
    marks.mark('a', 5);
    marks.clear();
    await environment.advance(COALESCED_MS);
    expect(requests).toEqual([]);
    marks.mark('a', 3);
    await environment.advance(COALESCED_MS);
    expect(requests).toEqual([{ roomId: 'a', seq: 3 }]);
  });
});
