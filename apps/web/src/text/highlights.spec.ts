import { parseHighlight } from './highlights';

describe('the highlights of a search', () => {
  it('are text with the matches apart', () => {
    expect(parseHighlight('the <mark>red</mark> &lt;b&gt; &amp; <mark>blue</mark>')).toEqual([
      { text: 'the ', isMatch: false },
      { text: 'red', isMatch: true },
      { text: ' <b> & ', isMatch: false },
      { text: 'blue', isMatch: true },
    ]);
  });

  it('unescape once, and know no other element', () => {
    expect(parseHighlight('&amp;lt;mark&amp;gt; <script>x</script>')).toEqual([{ text: '&lt;mark&gt; <script>x</script>', isMatch: false }]);
  });
});
