import { parseHighlight, showFound } from './highlights';

describe('the highlights of a search', () => {
  it('are text with the matches apart', () => {
    expect(parseHighlight('the <mark>red</mark> &lt;b&gt; &amp; <mark>blue</mark>')).toEqual([
      { text: 'the ', isMatch: false },
      { text: 'red', isMatch: true },
      { text: ' <b> & ', isMatch: false },
      { text: 'blue', isMatch: true },
    ]);
  });

  it('stand in the whole text where that is short', () => {
    expect(showFound('You are (a+) missed', ['<mark>a+</mark> <mark>missed</mark>'])).toEqual([
      { text: 'You are (', isMatch: false },
      { text: 'a+', isMatch: true },
      { text: ') ', isMatch: false },
      { text: 'missed', isMatch: true },
    ]);
    expect(showFound('x '.repeat(200), ['some <mark>x</mark>', 'more'])).toEqual([
      { text: 'some ', isMatch: false },
      { text: 'x', isMatch: true },
      { text: ' … ', isMatch: false },
      { text: 'more', isMatch: false },
    ]);
    expect(showFound('nothing', [])).toEqual([{ text: 'nothing', isMatch: false }]);
  });

  it('unescape once, and know no other element', () => {
    expect(parseHighlight('&amp;lt;mark&amp;gt; <script>x</script>')).toEqual([{ text: '&lt;mark&gt; <script>x</script>', isMatch: false }]);
  });
});
