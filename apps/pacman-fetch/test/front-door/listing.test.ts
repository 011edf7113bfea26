/* What another pacman is asked for a list with: the arguments of the one that downloads, without what would ask the network. */
import { spawnSync } from 'node:child_process';

import { compileC, missing, sanitizers, temporaryFolder } from '@sb/test-kit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readPacmanCommand } from '../../src/pacman/command-line.js';

const folder = temporaryFolder();

function listed(commands: readonly (readonly string[])[], ...config: readonly string[]): readonly string[] {
  const input = commands.map((words) => `${words.join('\t')}\n`).join('');
  const { status, stdout, stderr } = spawnSync(folder.file('listing'), config, { input, encoding: 'latin1' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

const one = (...words: readonly string[]): string => listed([words])[0] ?? '';

describe.skipIf(missing('linux'))('the arguments of a pacman', () => {
  beforeAll(async () => {
    const sources = ['fixtures/listing.c', '../../native/front/listing.c'];
    await compileC(folder.file('listing'), { from: import.meta.url, sources, flags: sanitizers });
  });
  afterAll(() => folder[Symbol.dispose]());

  it.each([
    ['-S a b', 'asked -S a b'],
    ['-Syu', 'asked -Su'],
    ['-Syyuw --noconfirm a', 'certain -Suw --noconfirm a'],
    ['--sync --refresh --sysupgrade --noc', 'certain --sync --sysupgrade --noc'],
    ['-y -S a', 'asked -S a'],
    ['-S --ref a', 'asked -S a'],
    ['-Syr /y a', 'asked -Sr /y a'],
    ['-Sb/y a', 'asked -Sb/y a'],
    ['--dbpath -y -S a', 'asked --dbpath -y -S a'],
    ['--config=/c -S a', 'asked --config=/c -S a'],
    ['--conf /c -S a', 'asked --conf /c -S a'],
    ['-S -- -y', 'asked -S -- -y'],
    ['-S --ignore a,b a', 'asked -S --ignore a,b a'],
  ])('%s lists with %s', (words, expected) => {
    expect(one(...words.split(' '))).toBe(expected.replaceAll(' ', '\t'));
  });

  it.each([
    '-U http://mirror/a.pkg.tar.zst',
    '-R a',
    '-Fy',
    '-Q',
    '-D a',
    '-T a',
    '-V',
    '-y',
    'a',
    '-Sp a',
    '-S --print a',
    '-S --print-format x a',
    '-S -',
    '-S -- -',
    '-Sh',
    '-S --dbpath',
    '-Sr',
    '-SU a',
  ])('%s lists nothing', (words) => expect(one(...words.split(' '))).toBe('no'));

  it('name no file of one process to another', () => {
    const words = [['--config', '/proc/self/fd/3', '-S', 'a']];
    expect(listed(words)).toEqual(['asked\t-S\ta']);
    expect(listed(words, '/etc/own.conf')).toEqual(['asked\t--config\t/etc/own.conf\t-S\ta']);
    expect(listed([['--config=/proc/self/fd/3', '-S', 'a']], '/etc/own.conf')).toEqual([
      'asked\t--config\t/etc/own.conf\t-S\ta',
    ]);
  });

  it('are those that the program itself asks pacman with', () => {
    const word = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom('-Sy', '-Syu', '-Su', '-w', '--needed', '--noconfirm', '-yy', '--refresh'),
      },
      {
        weight: 2,
        arbitrary: fc.constantFrom('a', 'core/b', '--dbpath', '-b', '-r', '--ignore', '--arch=x', '--root=/y'),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('-Sbx', '-Sry', '-dd', '--', '--sysupgrade', '--downloadonly', '--ask', '-y'),
      },
    );
    const commands = fc.sample(fc.array(word, { minLength: 1, maxLength: 8 }), 3000);
    const found = listed(commands);
    let count = 0;
    for (const [at, words] of commands.entries()) {
      const theirs = readPacmanCommand(words);
      if (theirs === undefined || found[at] === 'no') continue;
      count++;
      expect({ words, list: found[at]?.split('\t').slice(1) }).toEqual({ words, list: theirs.withoutRefresh });
    }
    expect(count).toBeGreaterThan(1000);
  });
});
