import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { FetchError } from '../errors.js';
import { findDirective, readPacmanConf } from './pacman-conf.js';

const folder = mkdtempSync(join(tmpdir(), 'pacman-conf-'));
afterAll(() => rmSync(folder, { recursive: true }));

function conf(text: string, name = 'pacman.conf'): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const short = (file: string) => readPacmanConf(file).map(({ section, key, value }) => [section, key, value]);

describe('readPacmanConf', () => {
  it('reads sections, switches and values as pacman does', () => {
    const file = conf(
      '[options]\n  # comment\nColor\n HoldPkg =  pacman glibc \n#X = 1\n\n[core]\nServer = http://m/$repo?a=b # no comment\n',
    );
    expect(short(file)).toEqual([
      ['options', 'Color', undefined],
      ['options', 'HoldPkg', 'pacman glibc'],
      ['core', 'Server', 'http://m/$repo?a=b # no comment'],
    ]);
  });

  it('knows file and line of each directive', () => {
    const file = conf('[options]\n\nColor\n');
    expect(readPacmanConf(file)).toEqual([{ section: 'options', key: 'Color', value: undefined, file, line: 3 }]);
  });

  it('puts the lines of an Include in its place, and goes on in the section that it ends in', () => {
    const inner = conf('A = 1\n[other]\nB = 2\n', 'inner.conf');
    const file = conf(`[options]\nInclude = ${inner}\nC = 3\n`);
    expect(short(file)).toEqual([
      ['options', 'A', '1'],
      ['other', 'B', '2'],
      ['other', 'C', '3'],
    ]);
  });

  it('takes the files of a pattern in order', () => {
    conf('K = b\n', 'x-2.inc');
    conf('K = a\n', 'x-1.inc');
    expect(short(conf(`[options]\nInclude = ${folder}/x-*.inc\n`))).toEqual([
      ['options', 'K', 'a'],
      ['options', 'K', 'b'],
    ]);
  });

  it.each([
    ['a missing file', 'absent', /could not be read.*ENOENT/],
    [
      'a missing Include',
      conf(`[options]\nInclude = ${folder}/absent\n`, 'a.conf'),
      /a\.conf:2: .*absent could not be read/,
    ],
    ['an Include without a name', conf('[options]\nInclude\n', 'b.conf'), /b\.conf:2: Include names no file/],
    ['a directive outside of a section', conf('Color\n[options]\n', 'c.conf'), /c\.conf:1: all directives must belong/],
    [
      'a pattern without a match',
      conf(`[options]\nInclude = ${folder}/none-*.inc\n`, 'e.conf'),
      /none-\*\.inc could not be read/,
    ],
    ['an Include of itself', conf(`Include = ${folder}/d.conf\n`, 'd.conf'), /nested more than 10/],
  ])('refuses %s', (_name, file, text) => {
    expect(() => readPacmanConf(file)).toThrow(FetchError);
    expect(() => readPacmanConf(file)).toThrow(text);
  });

  it('never fails on a text without Include and "="-less oddities other than with a named error', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '=', '[', ']', '#', ' ', '\n', '\t', 'Include', 'ä') }),
        (text) => {
          try {
            expect(Array.isArray(readPacmanConf(conf(text, 'fuzz.conf')))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(FetchError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('findDirective', () => {
  it('takes the first one of the section', () => {
    const directives = readPacmanConf(conf('[options]\nA = 1\nA = 2\n[core]\nA = 3\n'));
    expect(findDirective(directives, 'options', 'A')?.value).toBe('1');
    expect(findDirective(directives, 'options', 'B')).toBeUndefined();
  });
});
