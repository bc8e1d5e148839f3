import { searchHighlights } from './search-highlights';

describe('highlights', () => {
  it('escape what people wrote and mark what was found, piece by piece', () => {
    expect(searchHighlights(`a <b> \u0001gnu\u0002 & "x"\u0003 'y' \u0001gnu\u0002`)).toEqual([
      'a &lt;b&gt; <mark>gnu</mark> &amp; &quot;x&quot;',
      '&#39;y&#39; <mark>gnu</mark>',
    ]);
  });

  it('are none for a text without any', () => {
    expect(searchHighlights(' ')).toEqual([]);
  });
});
