/* The table and the picture. */
import { describe, expect, it } from 'vitest';

import { chartOf } from '../src/chart.mjs';
import { markdownOf, seriesText, textOf } from '../src/table.mjs';
import { figures, result } from './figures.js';

const series = {
  name: 'files',
  points: [
    { x: 10, seconds: 0.1, memory: 50 },
    { x: 100, seconds: 0.2, memory: 51 },
  ],
  judgement: { text: 'times as long', found: 12, atMost: 11, isMet: false },
};

describe('the table', () => {
  it('has each way, its spread and what is promised', () => {
    expect(textOf(result)).toMatch(/ours +1000 ms +\(500 to 2000\) +1000 ms CPU +100 MB/);
    expect(textOf(result)).toContain("0.50 of pacman's own (at most 1.5: met)");
    expect(seriesText(series)).toMatch(/100 +200 ms/);
  });

  it('says which way has runs that count although the machine was busy', () => {
    const some = { ...result, figures: [{ ...figures('ours', 1), busy: 2 }, figures('other', 2)] };
    expect(textOf(some).match(/^.*busy.*$/gm)).toEqual([expect.stringMatching(/^ +ours .* MB +busy: 2$/)]);
    expect(markdownOf([some], [])).toContain('| 1000 (500–2000)   busy: 2 |');
  });

  it('says what was missed, in Markdown too', () => {
    const text = markdownOf([result], [series]);
    expect(text).toContain('| 3 | work & more | ours | 1000 (500–2000) | 1000 | 100 |');
    expect(text).toContain('12.00 times as long (at most 11: MISSED)');
    const widths = text
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('|').length);
    expect(new Set(widths)).toEqual(new Set([9, 6]));
  });
});

describe('the picture', () => {
  it('has a bar as long as each way takes, and a line where ours may end', () => {
    const picture = chartOf([result]);
    expect(picture.startsWith('<svg ')).toBe(true);
    expect([...picture.matchAll(/<rect x="150" y="\d+" width="([\d.]+)"/g)].map(([, width]) => width)).toEqual([
      '310.0',
      '620.0',
    ]);
    // 1.5 of the other is longer than the picture: the line is at its end.
    expect(picture).toContain('<path d="M770.0');
    expect(picture).toContain('work &amp; more');
  });
});
