/* What a command writes, as a terminal gets it. */
import { describe, expect, it } from 'vitest';

import { Said } from './command-output.js';

function saying(charset: 'ascii' | 'utf8' = 'utf8') {
  const lines: string[] = [];
  const clock = { now: 0 };
  const said = new Said({ charset, write: (line) => lines.push(line), now: () => clock.now });
  return { said, lines, clock };
}

describe('Said', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['lines as they are', ['curl: (22) 404\n', 'x'], ['curl: (22) 404\n', 'x\n']],
    ['no escape', ['\u001B]0;title\u0007\u001B[2J\n'], ['\uFFFD]0;title\uFFFD\uFFFD[2J\n']],
    ['no C1 control and nothing that turns writing around', ['\u009B2J\u202Ex\n'], ['\uFFFD2J\uFFFDx\n']],
    ['the last state of a line that is drawn again', ['10%\r', '20%\r30%', '\r\n'], ['30%\n']],
    ['empty lines', ['a\n\nb\n'], ['a\n', '\n', 'b\n']],
    ['a character that came in parts', ['ü'], ['ü\n']],
    ['the start of a long line', ['x'.repeat(10_000)], [`${'x'.repeat(500)}...\n`]],
  ])('shows %s', (_, chunks, expected) => {
    const { said, lines } = saying();
    for (const byte of Buffer.from(chunks.join(''))) said.take(Buffer.of(byte));
    said.end();
    expect(lines).toEqual(expected);
    const whole = saying();
    for (const chunk of chunks) whole.said.take(Buffer.from(chunk));
    whole.said.end();
    expect(whole.lines).toEqual(expected);
  });

  it('shows ASCII alone where that is all that the terminal has', () => {
    const { said, lines } = saying('ascii');
    said.take(Buffer.from('ü\u001B\n'));
    expect(lines).toEqual(['??\n']);
  });

  it('shows no more lines than anyone can read, and says so', () => {
    const { said, lines, clock } = saying();
    said.take(Buffer.from('x\n'.repeat(100_000)));
    expect(lines).toHaveLength(100);
    clock.now += 1000;
    said.take(Buffer.from('y\n'.repeat(100)));
    expect(lines).toHaveLength(120);
    said.end();
    expect(lines.at(-1)).toBe('(99980 more lines were left out)\n');
  });

  it('keeps no more of a line than it shows', () => {
    const { said, lines } = saying();
    for (let round = 0; round < 1000; round++) said.take(Buffer.alloc(64 * 1024, 'x'));
    said.end();
    expect(lines[0]).toHaveLength(504);
  });
});
