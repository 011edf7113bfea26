import { describe, expect, it } from 'vitest';

import { readPacmanCommand } from './command-line.js';
import { stepsOf } from './steps.js';

const steps = (line: string) => {
  const { refresh, isPrefetched, needsPacman } = stepsOf(readPacmanCommand(line.split(' ')));
  const kind = refresh === undefined ? '' : `${refresh.force ? 'forced ' : ''}${refresh.kind} `;
  return `${kind}${isPrefetched ? 'prefetch ' : ''}${needsPacman ? 'pacman' : ''}`.trim();
};

describe('stepsOf', () => {
  it.each([
    ['-Syu', 'db prefetch pacman'],
    ['-Sy', 'db'],
    ['-Syy', 'forced db'],
    ['--sync --refresh --refresh --sysupgrade', 'forced db prefetch pacman'],
    ['-S vim', 'prefetch pacman'],
    ['-Sw vim --noconfirm', 'prefetch pacman'],
    ['-uS', 'prefetch pacman'],
    ['-S', 'pacman'],
    ['-S -', 'pacman'],
    ['-Sy -', 'db pacman'],
    ['-Syi vim', 'db pacman'],
    ['-Ss vim', 'pacman'],
    ['-Sc', 'pacman'],
    ['-Sp vim', 'pacman'],
    ['-S --print-format %n vim', 'pacman'],
    ['-Fy', 'files'],
    ['-Fy vim', 'files pacman'],
    ['-F vim', 'pacman'],
    ['-Sh', 'pacman'],
    ['-U x.pkg.tar.zst', 'pacman'],
    ['-R vim', 'pacman'],
    ['-Q', 'pacman'],
    ['-SU vim', 'pacman'],
    ['-S --sysroot / vim', 'pacman'],
    ['-S --nonsense vim', 'pacman'],
    ['-Sy --root= vim', 'pacman'],
    ['-Sy --dbpath /a --dbpath= vim', 'pacman'],
    ['-Sy --dbpath= --dbpath /a vim', 'db prefetch pacman'],
  ])('%s: %s', (line, expected) => {
    expect(steps(line)).toBe(expected);
  });
});

describe('what pacman may have left to download', () => {
  it.each([
    ['-Syu', true],
    ['-S -', true],
    ['-Sw vim', true],
    ['-U x.pkg.tar.zst', true],
    ['-Up http://host/x', true],
    ['-Sy', false],
    ['-Fy vim', false],
    ['-Syi vim', false],
    ['-Ss vim', false],
    ['-Sc', false],
    ['-Sp vim', false],
    ['-Q', false],
    ['-R vim', false],
    ['-S --sysroot / vim', true],
    ['-Fy --sysroot /', true],
    ['-Ss --sysroot / vim', false],
    ['-S --nonsense vim', true],
    ['-Q --nonsense', true],
  ])('%s: %s', (line, expected) => {
    expect(stepsOf(readPacmanCommand(line.split(' '))).mayDownload).toBe(expected);
  });
});

describe('readPacmanCommand', () => {
  it('takes values from where pacman takes them', () => {
    const command = readPacmanCommand([
      '-Syb',
      '/db',
      '-r/root',
      '--config=x',
      '--cached',
      '/a',
      '--cachedir=/b',
      'vim',
    ]);
    expect(Object.fromEntries(command?.values ?? [])).toEqual({
      dbpath: ['/db'],
      root: ['/root'],
      config: ['x'],
      cachedir: ['/a', '/b'],
    });
    expect(command?.targets).toEqual(['vim']);
  });

  it('leaves out -y, and nothing else', () => {
    const left = (...args: readonly string[]) => readPacmanCommand(args)?.withoutRefresh;
    expect(left('-Syyu', '--needed', 'y')).toEqual(['-Su', '--needed', 'y']);
    expect(left('-S', '-y', '-b', '-y', '--refresh', '--', '-y')).toEqual(['-S', '-b', '-y', '--', '-y']);
    expect(left('-Syby')).toEqual(['-Sby']);
  });
});
