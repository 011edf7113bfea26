import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { credentialsFor, NetrcError, parseNetrc } from './netrc.js';

const entry = (machine: string, login: string, password: string) => ({ machine, login, password });

describe('parseNetrc', () => {
  it.each([
    ['', []],
    ['machine a login b password c', [entry('a', 'b', 'c')]],
    [
      'machine A\n\tlogin b\r\n\tpassword c\n\nmachine d login e password f\n',
      [entry('a', 'b', 'c'), entry('d', 'e', 'f')],
    ],
    ['machine a password c login b', [entry('a', 'b', 'c')]],
    ['machine a login b', [entry('a', 'b', '')]],
    ['machine a login "b c" password "d\\"e\\\\f\\tg"', [entry('a', 'b c', 'd"e\\f\tg')]],
    ['machine a login machine password login', [entry('a', 'machine', 'login')]],
    ['# machine x login y password z\nmachine a # comment\nlogin b password c', [entry('a', 'b', 'c')]],
    ['machine a login b password #c', [entry('a', 'b', '#c')]],
    ['machine a login b account x password c', [entry('a', 'b', 'c')]],
    [
      'machine a login b password c macdef init\nmachine x\nlogin y\n\nmachine d login e',
      [entry('a', 'b', 'c'), entry('d', 'e', '')],
    ],
    ['macdef last\nmachine x login y', []],
    ['login b password c machine a', [entry('a', '', '')]],
    ['default login b password c', []],
    ['machine a login b password c default login d password e', [entry('a', 'b', 'c')]],
    ['machine a "login" x login b', [entry('a', 'b', '')]],
    ['machine a nonsense login b', [entry('a', 'b', '')]],
  ])('reads %j', (text, entries) => expect(parseNetrc(text)).toEqual(entries));

  it.each([
    ['machine', 'line 1: a keyword has no value'],
    ['\nmachine a login', 'line 2: a keyword has no value'],
    ['machine a login b\npassword "geheim', 'line 2: a quotation mark is not closed, or in the middle of a word'],
    ['machine a login b password "geheim"x', 'line 1: a quotation mark is not closed, or in the middle of a word'],
  ])('refuses %j, and does not show it', (text, message) => {
    expect(() => parseNetrc(text)).toThrow(new NetrcError(message));
  });

  const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
  const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  const plain = fc.stringMatching(/^[!$-[\]-~][!-[\]-~]*$/).filter((text) => text !== '');

  it('reads back any entries', () => {
    const space = fc.constantFrom(' ', '\n', '\t', '\r\n', '  \n ', '\n# a comment "\n');
    const value = fc.oneof(
      word.map((text) => [text, quoted(text)] as const),
      plain.map((text) => [text, text] as const),
    );
    const machine = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(machine, value, value, space)), (all) => {
        const text = all.map(([name, login, password, gap]) => {
          return `machine ${name}${gap}login ${login[1]}${gap}password ${password[1]}${gap.trim() === '' ? gap : '\n'}`;
        });
        const expected = all.map(([name, [login], [password]]) => entry(name, login, password));
        expect(parseNetrc(text.join(''))).toEqual(expected);
      }),
    );
  });

  it('throws only NetrcError for any file, and in time', () => {
    const words = fc.constantFrom(
      'machine',
      'login',
      'password',
      'default',
      'macdef',
      '"',
      '\\',
      '#',
      '\n',
      ' ',
      'x',
      '""',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(words, { maxLength: 200 }).map((all) => all.join('')),
        ),
        (text) => {
          try {
            parseNetrc(text);
          } catch (error) {
            expect(error).toBeInstanceOf(NetrcError);
          }
        },
      ),
      { numRuns: 2000 },
    );
    for (const part of ['"', '\\"', '#', '# \n', ' ', '\n ', 'macdef\n', 'machine ', '"a" ', 'machine a login "\\']) {
      const begun = performance.now();
      try {
        parseNetrc(part.repeat(65_536 / part.length));
      } catch (error) {
        expect(error).toBeInstanceOf(NetrcError);
      }
      expect(performance.now() - begun).toBeLessThan(1000);
    }
  });
});

describe('credentialsFor', () => {
  const entries = [entry('a', 'first', '1'), entry('a', 'second', '2'), entry('::1', 'six', '6')];

  it.each([
    ['a', '', '1'],
    ['A', 'second', '2'],
    ['a', 'third', undefined],
    ['b', '', undefined],
    ['a.b', '', undefined],
    ['[::1]', '', '6'],
  ])('of %s for %j', (host, login, password) => {
    expect(credentialsFor(entries, host, login)?.password).toBe(password);
  });
});
