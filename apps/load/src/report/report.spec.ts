import { sampleResult } from '../run/testing/sample-result';
import { CLEAN } from '../run/testing/sample-result';
import { ProgressLine, secondLine } from './progress';
import { renderReport } from './report';
import { linearScale, logScale } from './scale';
import { formatResult } from './table';

describe('the HTML report', () => {
  it('is one page that loads nothing', () => {
    const html = renderReport(sampleResult());
    expect(html).not.toMatch(/(?:src|href)\s*=|@import|url\(|https?:\/\/(?!localhost:3000)/);
    expect(html).toContain('<strong>Passed</strong>');
    expect(html.match(/<figure class="chart">/g)).toHaveLength(8);
    expect(html).toContain('prefers-color-scheme:dark');
  });

  it('says first of all what is wrong', () => {
    const html = renderReport(sampleResult({ verdicts: [{ ...CLEAN, lost: 3 }] }, { injected: 'loss' }));
    expect(html).toContain('<li>3 lost</li>');
    expect(html).toContain('One loss was put in on purpose.');
  });

  it('shows texts from outside as texts', () => {
    const html = renderReport(sampleResult({ missing: ['</script><script>alert(1)</script>'] }));
    expect(html).toContain('A bit of &lt;everything&gt;');
    expect(html).not.toContain('alert(1)</script>');
  });

  it('can be made of a run in which nothing happened', () => {
    const html = renderReport(sampleResult({ figures: [], series: [], verdicts: [] }));
    expect(html).toContain('nothing of this kind happened');
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('the table in the terminal', () => {
  it('has a line for each act that was due, the checks, and the verdict at the end', () => {
    const text = formatResult(sampleResult());
    expect(text).toMatch(/^post +6 +6 +6(\.\d)? /m);
    expect(text).not.toMatch(/^reaction/m);
    expect(text).toContain('lost 0, duplicated 0, reordered 0; negative control passed');
    expect(text.split('\n').at(-1)).toBe('PASSED');
  });
});

describe('axes', () => {
  it('end at a round number above the greatest value', () => {
    expect(linearScale(98).ticks).toEqual([0, 25, 50, 75, 100]);
    expect(linearScale(0.3).ticks.at(-1)).toBeGreaterThanOrEqual(0.3);
    expect(logScale(3, 60).ticks).toEqual([1, 2, 5, 10, 20, 50, 100]);
    expect(logScale(5, 5).place(5)).toBeCloseTo(Math.log10(5), 6);
  });
});

describe('the progress line', () => {
  const point = sampleResult().series[0]!;

  it('says how it goes', () => {
    expect(secondLine(point, 'of 0:10 ramp')).toBe(
      '0:01 of 0:10 ramp  posts 156/s of 160  acts 196/s of 200  ack p50/p99 4 / 30 ms  deliveries 624/s  connections 10  errors 0',
    );
  });

  it('is written over in a terminal, and written now and then elsewhere', () => {
    const written: string[] = [];
    let nowMs = 0;
    const out = { isTTY: false, write: (text: string) => written.push(text) };
    const line = new ProgressLine(out, () => nowMs);
    line.show('one');
    line.show('two');
    nowMs = 10_000;
    line.show('three');
    expect(written).toEqual(['one\n', 'three\n']);
    const terminal = new ProgressLine({ ...out, isTTY: true, columns: 6 }, () => nowMs);
    terminal.show('a long line');
    expect(written.at(-1)).toBe('\r\u001b[2Ka lon');
  });
});
