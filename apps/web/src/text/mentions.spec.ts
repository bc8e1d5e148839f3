import { decodeMentions, encodeMentions } from './mentions';

const ADA = '01a1fd9a-b849-7499-94c5-040903e87be4';
const LONG = '01a1fd9a-b849-7499-94c5-040903e87be5';
const PICKED = [
  { target: ADA, label: 'Ada' },
  { target: LONG, label: 'Ada (QA) +1' },
];

describe('naming somebody', () => {
  it('is sent by id, the longest name that fits', () => {
    expect(encodeMentions('@Ada, @Ada (QA) +1 and @room', PICKED)).toBe(`<@${ADA}>, <@${LONG}> and <@room>`);
  });

  it('leaves others, addresses and longer words alone', () => {
    const text = '@Adam x@Ada @nobody @roommate';
    expect(encodeMentions(text, PICKED)).toBe(text);
  });

  it('is edited by name, and sent as before when nothing changed', () => {
    const sent = `Hello <@${ADA}> and <@room>`;
    const { text, picked } = decodeMentions(sent, () => 'Ada');
    expect(text).toBe('Hello @Ada and @room');
    expect(encodeMentions(text, picked)).toBe(sent);
  });
});
