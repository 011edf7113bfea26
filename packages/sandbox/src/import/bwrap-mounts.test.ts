/* Mounts of bubblewrap are made in turn, and the last one counts. */
import { describe, expect, it } from 'vitest';

import { readBwrap } from './bwrap.js';

const read = (options: string) => readBwrap(`bwrap ${options} sh`, { machine: 'x86_64', filter: undefined });
const granted = (options: string) => read(options).policy.landlock;
const below = (options: string) =>
  read(options).unsaid.flatMap(({ path, what }) => (what.includes('can be written to here') ? [path] : []));

describe('a mount of bubblewrap', () => {
  it.each([
    ['--bind /srv /srv --ro-bind /srv /srv', [{ rx: '/srv' }]],
    ['--ro-bind /srv /srv --bind /srv /srv', [{ rwx: '/srv' }]],
    ['--bind /srv /srv --ro-bind //srv/ //srv/', [{ rx: '//srv/' }]],
    ['--bind /srv/a /srv/a --ro-bind /srv /srv', [{ rx: '/srv' }]],
    ['--bind / / --ro-bind / /', [{ rx: '/' }]],
    ['--bind /srv /srv --ro-bind /srv-a /srv-a', [{ rwx: '/srv' }, { rx: '/srv-a' }]],
    ['--ro-bind / / --bind /srv /srv', [{ rx: '/' }, { rwx: '/srv' }]],
  ])('hides those before it: %s', (options, paths) => {
    expect(granted(options)).toMatchObject({ paths });
    expect(below(options)).toEqual([]);
  });

  it('is named where it is read-only and the policy cannot say so', () => {
    expect(granted('--bind / / --ro-bind /usr /usr')).toBe('off');
    expect(below('--bind / / --ro-bind /usr /usr')).toEqual(['--ro-bind /usr /usr']);
    expect(below('--bind /srv /srv --ro-bind-try /srv/a /srv/a')).toEqual(['--ro-bind-try /srv/a /srv/a']);
    // What is shown at another place is not granted at all.
    expect(below('--bind /a /srv --ro-bind /srv/a /srv/a')).toEqual([]);
  });

  it.each([
    ['--ro-bind / / --tmpfs /tmp', '/'],
    ['--bind / / --tmpfs /tmp', '/'],
    ['--bind /tmp/a /tmp/a --tmpfs /tmp', '/tmp/a'],
    ['--bind /tmp/ /tmp/ --tmpfs /tmp', '/tmp'],
    // What it does not hide.
    ['--ro-bind /usr /usr --tmpfs /tmp', undefined],
    ['--tmpfs /tmp --bind /tmp/a /tmp/a', undefined],
    ['--bind /a /tmp --tmpfs /tmp', undefined],
    ['--bind /tmpfs /tmpfs --tmpfs /tmp', undefined],
  ])('of memory is named where it hides what the policy grants: %s', (options, above) => {
    const { policy, unsaid } = read(options);
    expect(policy.tmp).toBe('memory');
    const what = `hides the machine's files there, and here they are granted, as part of ${above}`;
    expect(unsaid.filter(({ path }) => path === '--tmpfs /tmp')).toEqual(
      above === undefined ? [] : [{ path: '--tmpfs /tmp', what }],
    );
  });

  it('is read in time that grows with the number of mounts', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `--ro-bind /a/${index} /a/${index}`).join(' ');
    expect(below(`--bind / / ${many}`)).toHaveLength(20_000);
    const deep = '/a'.repeat(200_000);
    expect(() => below(`--bind /b /b --ro-bind ${deep} ${deep}`)).toThrow(/is not a path of 1 to 4095 bytes/);
  });
});
