import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { resolvePaths, withLevels, withPaths } from './derive.js';
import { lint } from './lint.js';
import type { LandlockPolicy } from './options.js';
import { list, path, type PathRule, ro, rw, rx } from './paths.js';
import { policy } from './policy.js';
import { requirePolicy } from './require-policy.js';

const base = policy({ abi: 7, paths: [ro('/etc'), rx('bin')], net: { bindTcp: [80] }, scope: ['signal'] });

/** What was made here and what travelled as JSON are one. */
function expectSound(made: LandlockPolicy): void {
  expect(requirePolicy(made)).toBe(made);
  const travelled = JSON.parse(JSON.stringify(made)) as LandlockPolicy;
  expect(requirePolicy(travelled)).toEqual(made);
}

describe('withPaths', () => {
  it('is the policy that has had these rules from the start', () => {
    const made = withPaths(base, [rw('/srv'), list('/etc')]);
    expect(made).toEqual(
      policy({ abi: 7, paths: [ro('/etc'), rx('bin'), rw('/srv')], net: { bindTcp: [80] }, scope: ['signal'] }),
    );
    expectSound(made);
  });

  it('reads what it is given', () => {
    expect(() => withPaths(base, [{ ...ro('/x'), optinal: true } as PathRule])).toThrow(
      'rules[0].optinal is unknown. Did you mean "optional"?',
    );
    expect(() => withPaths(base, [ro('/x', { quiet: true })])).toThrow(/no quiet rule/);
  });
});

describe('resolvePaths', () => {
  it('puts other paths in the place of those, and merges what is the same then', () => {
    const made = resolvePaths(policy({ abi: 7, paths: [ro('a'), rw('/home/a')] }), (one) =>
      one.replace(/^a$/, '/home/a'),
    );
    expect(made).toEqual(policy({ abi: 7, paths: [rw('/home/a')] }));
    expectSound(made);
    expect(() => resolvePaths(base, () => 'x\0')).toThrow(/path is not a path/);
  });
});

describe('withLevels', () => {
  it('sets what is named and leaves the rest', () => {
    const made = withLevels(base, { 'net.bind_tcp': 'prefer', 'scope.signal': 'require' });
    expect(made.require).toEqual(base.require.filter((name) => name !== 'net.bind_tcp'));
    expect(withLevels(made, { 'fs.execute': 'prefer' }).require).not.toContain('net.bind_tcp');
    expectSound(made);
  });

  it('takes away what is off, with what its rules grant', () => {
    const made = withLevels(base, { 'net.bind_tcp': 'off', 'fs.execute': 'off', 'scope.signal': 'off' });
    expect(made).toMatchObject({ handled: { net: [] }, ports: [], scope: [] });
    expect(made.paths.flatMap(({ rights }) => rights)).not.toContain('execute');
    expectSound(made);
  });

  it('refuses what the policy does not ask for, and to leave nothing', () => {
    expect(() => withLevels(base, { 'net.connect_tcp': 'require' })).toThrow(/does not ask for/);
    expect(() => withLevels(policy({ abi: 7, scope: ['signal'] }), { 'scope.signal': 'off' })).toThrow(
      /restricts nothing/,
    );
  });
});

describe('rules that grant nothing beyond another', () => {
  it('are named by lint, and left out', () => {
    const paths = [rw('/x'), ro('/y', '/x'), rw('/x')];
    expect(lint({ abi: 7, paths })).toEqual([
      {
        code: 'redundant-rule',
        place: 'paths[1].paths[1]',
        path: '/x',
        message: expect.stringMatching(/\/x grants nothing that paths\[0\]/),
      },
      {
        code: 'redundant-rule',
        place: 'paths[2].paths[0]',
        path: '/x',
        message: expect.stringMatching(/\/x grants nothing that paths\[0\]/),
      },
    ]);
    expect(policy({ abi: 7, paths }).paths).toHaveLength(2);
    expect(lint({ abi: 7, paths: [ro('/x'), rx('/y')] })).toEqual([]);
  });

  it.each([
    ['a file that is renamed to its name', [path('/spool', ['make_reg', 'remove_file']), ro('/spool/config')], true],
    ['a folder that is', [path('/spool/', ['make_dir', 'remove_dir']), ro('/spool/pub')], true],
    ['beneath the root folder', [rw('/'), rx('/bin')], true],
    ['where it may be executed', [rx('/app/bin'), rw('/app')], true],
    ['where all of it is granted already', [rw('/app'), ro('/app/bin')], false],
    ['where another rule grants it', [path('/app', ['make_reg', 'remove_file']), ro('/app/x'), rx('/')], false],
    ['where nothing can be renamed', [path('/spool', ['make_reg', 'write_file']), ro('/spool/config')], false],
    ['beside it', [rw('/app'), rx('/app.d/bin'), rx('/app2')], false],
    ['itself', [rw('/app'), path('/app', ['execute'])], false],
  ] as const)('that the program may replace are named by lint: %s', (_, paths, isFound) => {
    const found = lint({ abi: 7, paths }).filter(({ code }) => code === 'replaceable-path');
    expect(found).toHaveLength(isFound ? 1 : 0);
    expect(found[0]?.message ?? '').toMatch(isFound ? /^by paths\[\d\]\.paths\[0\] the program can replace/ : /^$/);
  });

  it('mean the same in any order, as all rules do', () => {
    const one = fc
      .record({
        name: fc.constantFrom('/a', '/b', 'c'),
        build: fc.constantFrom(ro, rx, rw, list),
        optional: fc.boolean(),
      })
      .map(({ name, build, optional }): PathRule => build(name, { optional }));
    const exact = fc.constantFrom('/a', '/b').map((name): PathRule => path(name, ['read_file', 'write_file']));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(one, exact), { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        (rules, dice) => {
          const shuffled = rules.map((rule) => [dice.next().value as number, rule] as const);
          const other = shuffled.sort(([a], [b]) => a - b).map(([, rule]) => rule);
          const made = (paths: readonly PathRule[]) =>
            policy({ abi: 7, paths })
              .paths.map((rule) => JSON.stringify(rule))
              .sort();
          expect(made(other)).toEqual(made(rules));
          expect(new Set(made(rules)).size).toBe(made(rules).length);
        },
      ),
    );
  });
});

it('takes a rule that was written by hand, each of whose rights must be there', () => {
  expect(policy({ abi: 7, paths: [{ paths: ['/x'], rights: ['read_file'] }] })).toEqual(
    policy({ abi: 7, paths: [path('/x', ['read_file'])] }),
  );
  expect(() => policy({ abi: 1, paths: [{ paths: ['/x'], rights: ['truncate'] }] })).toThrow(/needs ABI 3/);
  expect(() =>
    policy({ abi: 1, paths: [{ paths: ['/x'], rights: ['truncate', 'read_file'], exact: false }] }),
  ).not.toThrow();
});
