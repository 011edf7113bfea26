/* What a command writes, as a terminal gets it. */
import { describe, expect, it } from 'vitest';

import { CommandOutput } from './command-output.js';

function saying(charset: 'ascii' | 'utf8' = 'utf8') {
  const lines: string[] = [];
  const clock = { now: 0 };
  const output = new CommandOutput({ charset, write: (line) => lines.push(line), now: () => clock.now });
  return { output, lines, clock };
}

describe('CommandOutput', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['lines as they are', ['curl: (22) 404\n', 'x'], ['curl: (22) 404\n', 'x\n']],
    ['no escape', ['\u001B]0;title\u0007\u001B[2J\n'], ['\uFFFD]0;title\uFFFD\uFFFD[2J\n']],
    ['no C1 control and nothing that turns writing around', ['\u009B2J\u202Ex\n'], ['\uFFFD2J\uFFFDx\n']],
    ['the last state of a line that is drawn again', ['10%\r', '20%\r30%', '\r\n'], ['30%\n']],
    ['empty lines', ['a\n\nb\n'], ['a\n', '\n', 'b\n']],
    ['a character that came in parts', ['ü'], ['ü\n']],
    ['the start of a long line', ['x'.repeat(10_000)], [`${'x'.repeat(500)}...\n`]],
  ])('shows %s', (_, chunks, expected) => {
    const { output, lines } = saying();
    for (const byte of Buffer.from(chunks.join(''))) output.take(Buffer.of(byte));
    output.end();
    expect(lines).toEqual(expected);
    const whole = saying();
    for (const chunk of chunks) whole.output.take(Buffer.from(chunk));
    whole.output.end();
    expect(whole.lines).toEqual(expected);
  });

  it('shows ASCII alone where that is all that the terminal has', () => {
    const { output, lines } = saying('ascii');
    output.take(Buffer.from('ü\u001B\n'));
    expect(lines).toEqual(['??\n']);
  });

  it('shows no more lines than anyone can read, and says so', () => {
    const { output, lines, clock } = saying();
    output.take(Buffer.from('x\n'.repeat(100_000)));
    expect(lines).toHaveLength(100);
    clock.now += 1000;
    output.take(Buffer.from('y\n'.repeat(100)));
    expect(lines).toHaveLength(120);
    output.end();
    expect(lines.at(-1)).toBe('(99980 more lines were left out)\n');
  });

  it('keeps no more of a line than it shows', () => {
    const { output, lines } = saying();
    for (let round = 0; round < 1000; round++) output.take(Buffer.alloc(64 * 1024, 'x'));
    output.end();
    expect(lines[0]).toHaveLength(504);
  });
});
