/* What becomes of the Markdown of a man page; what a page can't show is refused, and never left out. */
import { describe, expect, it } from 'vitest';

import { manPage } from '../man/roff.mjs';

const page = (markdown: string): string => manPage(markdown, { date: '2026-01-02', source: 'x-y 1' });

describe('a man page', () => {
  it('consists of its title, sections, paragraphs, lists and code', () => {
    const markdown = [
      '# x-y(8) -- a tool\n',
      '## Options\n',
      'A **bold** and _slanted_ word, `code` and \\*star\\*.\n',
      '.begins like a request\n',
      '- **-o**, **--out** _FILE_:\n  Where it\n  goes.\n',
      '    x --y "\\n"\n    .z\n',
    ].join('\n');
    expect(page(markdown).split('\n')).toEqual([
      '.TH X-Y 8 2026-01-02 "x\\-y 1"',
      '.SH NAME',
      'x\\-y \\- a tool',
      '.SH OPTIONS',
      'A \\fBbold\\fR and \\fIslanted\\fR word, \\fBcode\\fR and *star*.',
      '.PP',
      '\\&.begins like a request',
      '.TP',
      '\\fB\\-o\\fR, \\fB\\-\\-out\\fR \\fIFILE\\fR',
      'Where it goes.',
      '.PP',
      '.RS 4',
      '.EX',
      'x \\-\\-y "\\en"',
      '\\&.z',
      '.EE',
      '.RE',
      '',
    ]);
  });

  it('leaves underscores within words alone', () => {
    expect(page('a_b_c and NAME_OF_IT')).toBe('.PP\na_b_c and NAME_OF_IT\n');
  });

  it.each(['# no section', '### too deep', '> quoted', '| a | b |', '  half indented', 'text\n- item'])(
    'cannot be made from %j',
    (markdown) => {
      expect(() => page(markdown)).toThrow(/a man page has no/);
    },
  );
});
