import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type ConfigExtras, fromConfig, toConfig } from './config.js';
import type { LandlockConfig } from './config-document.js';
import { type LandlockPolicy, netOptionOf } from './options.js';
import { type PathRule, ro, rw } from './paths.js';
import { policy } from './policy.js';
import { type FsRight, namesOf, newestAbi, type Scope } from './rights.js';

const document = {
  abi: 5,
  variable: [{ name: 'tmp', literal: ['/tmp', '/var/tmp'] }],
  ruleset: [{ handledAccessFs: ['abi.all'], handledAccessNet: ['bind_tcp'] }],
  pathBeneath: [
    { allowedAccess: ['abi.read_execute'], parent: ['.', '/usr'] },
    { allowedAccess: ['abi.read_write'], parent: ['${tmp}/x', '/cost$$'] },
  ],
  netPort: [{ allowedAccess: ['bind_tcp'], port: [80, 443] }],
};

describe('fromConfig', () => {
  it('reads a landlockconfig document', () => {
    const made = fromConfig(JSON.stringify(document));
    expect(made.abi).toBe(5);
    expect(made.handled).toEqual({ fs: namesOf('fs', 5), net: ['bind_tcp'] });
    expect(made.paths.map((rule) => rule.path)).toEqual(['.', '/usr', '/tmp/x', '/var/tmp/x', '/cost$']);
    expect(made.paths[0]?.rights).toEqual(['execute', 'read_file', 'read_dir', 'refer']);
    expect(made.paths[2]?.rights).toEqual(namesOf('fs', 5).filter((right) => right !== 'execute'));
    expect(made.ports.map(({ port }) => port)).toEqual([80, 443]);
    expect(made.paths.every(({ optional, exact }) => !exact && !optional)).toBe(true);
  });

  it('restricts what a rule grants, even where the document does not list it', () => {
    const made = fromConfig({ pathBeneath: [{ allowedAccess: ['truncate'], parent: ['/x'] }] });
    expect(made).toMatchObject({ abi: 3, handled: { fs: ['truncate'], net: [] } });
    const net = fromConfig({ netPort: [{ allowedAccess: ['connect_tcp'], port: [443] }] });
    expect(net).toMatchObject({ abi: 4, handled: { fs: [], net: ['connect_tcp'] }, paths: [] });
  });

  it('takes what the format can not say beside it', () => {
    const made = fromConfig(document, { optional: true, require: ['net'] });
    expect(made.require).toEqual(['net.bind_tcp']);
    expect(made.paths.every(({ optional }) => optional)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['what is no JSON', '{'],
    ['a list', []],
    ['null', 'null'],
    ['an unknown key', { ...document, pathbeneath: [] }],
    ['an unknown key in a rule', { ...document, netPort: [{ allowedAccess: ['bind_tcp'], port: [1], host: ['x'] }] }],
    ['an empty list', { ...document, ruleset: [] }],
    ['a right that does not exist', { ...document, pathBeneath: [{ allowedAccess: ['read'], parent: ['/'] }] }],
    [
      'a file group among the port rights',
      { ...document, netPort: [{ allowedAccess: ['abi.read_write'], port: [1] }] },
    ],
    ['a group without an ABI', { ruleset: [{ handledAccessFs: ['abi.all'] }] }],
    ['ABI 0', { ...document, abi: 0 }],
    ['a variable without a value', { ...document, variable: [{ name: 'tmp' }] }],
    ['a variable without an end', { ...document, pathBeneath: [{ allowedAccess: ['execute'], parent: ['${tmp'] }] }],
    ['a newer ABI than is known', { ...document, abi: 12 }],
    ['an ABI that is text', { ...document, abi: '5' }],
    ['an unknown key in a variable', { ...document, variable: [{ name: 'tmp', literal: ['/tmp'], values: [] }] }],
    ['a variable that is no object', { ...document, variable: ['tmp'] }],
    ['a variable that is null', { ...document, variable: [null] }],
    ['a variable without a name', { ...document, variable: [{ literal: ['/tmp'] }] }],
    ['a value that is no text', { ...document, variable: [{ name: 'tmp', literal: [7] }] }],
    ['a rule that is null', { pathBeneath: [null] }],
    ['a ruleset that is null', { ruleset: [null] }],
    ['a rule without paths', { pathBeneath: [{ allowedAccess: ['execute'] }] }],
    ['a rule without rights', { netPort: [{ port: [1] }] }],
    ['a path that is no text', { pathBeneath: [{ allowedAccess: ['execute'], parent: [7] }] }],
    ['a port that is text', { netPort: [{ allowedAccess: ['bind_tcp'], port: ['1'] }] }],
    ['nothing at all', {}],
    ['a key that is there twice', '{"abi":1,"ruleset":[{"scoped":["signal"],"scoped":["signal"]}]}'],
    ['a key that it inherits', Object.create({ ...document }) as object],
    ['a port beyond the last', { netPort: [{ allowedAccess: ['bind_tcp'], port: [65_536] }] }],
    ['a document without end', ' '.repeat((1 << 22) + 1)],
  ])('refuses %s', (_name, bad) => {
    expect(() => fromConfig(bad as string)).toThrow(expect.objectContaining({ code: 'invalid-policy' }));
  });

  it.each<[string, unknown, RegExp]>([
    ['the document', { ...document, paths: [] }, / paths is unknown.*Use: abi, variable, ruleset/],
    [
      'a rule',
      { netPort: [...document.netPort, { allowedAccess: ['bind_tcp'], port: [1], host: ['x'] }] },
      / netPort\[1\]\.host is unknown.*Use: allowedAccess, port\./,
    ],
    ['a ruleset', { ruleset: [{ scoped: ['signal'], handled: [] }] }, / ruleset\[0\]\.handled is unknown/],
    [
      'a value',
      { pathBeneath: [{ allowedAccess: ['execute'], parent: ['/', 7] }] },
      / pathBeneath\[0\]\.parent\[1\] is not .*: 7/,
    ],
    ['a missing key', { pathBeneath: [{ parent: ['/'] }] }, / pathBeneath\[0\]\.allowedAccess is missing/],
    ['an empty ruleset', { ...document, ruleset: [{}] }, / ruleset\[0\] is empty/],
    ['a name', { ...document, variable: [{ name: '0', literal: ['x'] }] }, / "0" is not a name of a variable/],
  ])('names the place of what it refuses (%s)', (_name, bad, message) => {
    expect(() => fromConfig(bad as object)).toThrow(message);
  });

  it('takes a dollar that begins no variable as it is, and two as one', () => {
    const parent = ['/a$b', '/$', '/$$', '/$${x}', '/$$$'];
    const made = fromConfig({ abi: 1, pathBeneath: [{ allowedAccess: ['execute'], parent }] });
    expect(made.paths.map((rule) => rule.path)).toEqual(['/a$b', '/$', '/${x}', '/$$']);
  });

  it('takes a variable that is defined in parts, and a newer ABI when told', () => {
    const variable = [
      { name: 'tmp', literal: ['/tmp', '/a'] },
      { name: 'tmp', literal: ['/a', '/b'] },
    ];
    const pathBeneath = [{ allowedAccess: ['read_file'], parent: ['${tmp}/x'] }];
    const made = fromConfig({ abi: 12, variable, pathBeneath }, { newerAbi: true });
    expect(made.paths.map((rule) => rule.path)).toEqual(['/tmp/x', '/a/x', '/b/x']);
    expect(made.abi).toBe(newestAbi);
    expect(() => fromConfig(document, { optinal: true } as object)).toThrow(/extras\.optinal is unknown/);
  });

  it('multiplies no variables that are too many, before there is a path of them', () => {
    const literal = Array.from({ length: 65_536 }, (_, index) => String(index));
    const many = { abi: 1, variable: [{ name: 'x', literal }] };
    const before = process.memoryUsage().heapUsed;
    const pathBeneath = [{ allowedAccess: ['execute'], parent: ['${x}${x}'] }];
    expect(() => fromConfig({ ...many, pathBeneath })).toThrow(/more than 10000 paths/);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200e6);
  });

  it('reads a getter once', () => {
    let asked = 0;
    const sly = {
      ...document,
      get ruleset() {
        return asked++ === 0 ? document.ruleset : [{ scoped: ['signal'] }];
      },
    };
    expect(fromConfig(sly)).toEqual(fromConfig(document));
    expect(asked).toBe(1);
  });

  it('does not multiply variables without end', () => {
    const variable = [{ name: 'x', literal: Array.from({ length: 200 }, (_, index) => String(index)) }];
    const pathBeneath = [{ allowedAccess: ['execute'], parent: ['${x}${x}${x}${x}'] }];
    expect(() => fromConfig({ abi: 1, variable, pathBeneath })).toThrow(/more than 10000 paths/);
  });

  it('bounds the paths of all templates together', () => {
    const variable = [{ name: 'x', literal: Array.from({ length: 100 }, (_, number) => `/${number}`) }];
    const parent = Array.from({ length: 3 }, () => '${x}${x}');
    const begun = performance.now();
    const pathBeneath = [
      { allowedAccess: ['read_file'], parent: parent.slice(0, 1) },
      { allowedAccess: ['read_dir'], parent },
    ];
    expect(() => fromConfig({ abi: 1, variable, pathBeneath })).toThrow(
      /the document expands to more than 10000 paths/,
    );
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});

interface Rule {
  readonly path: string;
  readonly take: readonly FsRight[];
  readonly optional: boolean;
  readonly quiet: boolean;
  readonly exact: boolean;
}

/** Policies that the format has words for; with `beyond`, others as well. */
function policies(beyond: boolean): fc.Arbitrary<LandlockPolicy> {
  const paths = fc
    .array(fc.constantFrom('$', '{', '}', '${x}', '$$', '/', '..', 'a', 'é', ' ', '"', '\\'), {
      minLength: 1,
      maxLength: 7,
    })
    .map((parts) => parts.join(''));
  return fc.integer({ min: 1, max: newestAbi }).chain((abi) => {
    const handle = namesOf('fs', abi) as FsRight[];
    const rule: fc.Arbitrary<Rule> = fc.record({
      path: paths,
      take: fc.subarray(handle, { minLength: 1 }),
      optional: fc.boolean(),
      quiet: fc.boolean(),
      exact: fc.boolean(),
    });
    const ports = fc.uniqueArray(fc.integer({ min: 1, max: 65_535 }), { maxLength: 4 });
    const rulesOf = (made: { rules: readonly Rule[]; handle: readonly FsRight[]; optional: boolean }) =>
      made.rules.flatMap(({ path, take, ...flags }): PathRule[] => {
        const rights = take.filter((right) => made.handle.includes(right));
        if (rights.length === 0) return [];
        const said = { optional: made.optional, exact: false };
        const unsaid = { optional: flags.optional, exact: flags.exact, quiet: flags.quiet && abi >= 10 };
        return [{ paths: [path], rights, ...(beyond ? unsaid : said) }];
      });
    return fc
      .record({
        handle: fc.subarray(handle),
        rules: fc.uniqueArray(rule, { maxLength: 5, selector: ({ path }) => path }),
        optional: fc.boolean(),
        files: fc.boolean(),
        net: fc
          .subarray(
            namesOf('net', abi).map((right) => netOptionOf[right] ?? ''),
            {},
          )
          .chain((names) => fc.tuple(...names.map((name) => fc.tuple(fc.constant(name), ports)))),
        scope: fc.subarray(namesOf('scope', abi) as Scope[]),
        log: abi < 7 ? fc.constant({}) : fc.record({ sameExec: fc.boolean(), newExec: fc.boolean() }),
        level: fc.constantFrom<readonly string[] | undefined>(undefined, []),
      })
      .filter(({ handle: { length }, files, net, scope }) => files || length + net.length + scope.length > 0)
      .map((made) =>
        policy({
          abi,
          ...(made.handle.length > 0 ? { handle: made.handle } : {}),
          ...(made.handle.length > 0 || made.files ? { paths: rulesOf(made) } : {}),
          net: Object.fromEntries(made.net),
          scope: made.scope,
          log: made.log,
          ...(made.level === undefined ? {} : { require: made.level }),
        }),
      );
  });
}

/** What the format has no words for, as it is given back beside a document. */
const extrasOf = ({ log, require, paths }: LandlockPolicy): ConfigExtras => ({
  require: require.filter((name) => name !== 'log.quiet'),
  log: { sameExec: !log.includes('same_exec_off'), newExec: log.includes('new_exec_on') },
  optional: paths.some(({ optional }) => optional),
});
const travel = (config: LandlockConfig) => JSON.stringify(config);

describe('toConfig', () => {
  it('is read back as exactly the same policy, for any that the format has words for', () => {
    fc.assert(
      fc.property(policies(false), (made) => {
        expect(fromConfig(travel(toConfig(made)), extrasOf(made))).toEqual(made);
      }),
      { numRuns: 2000 },
    );
  });

  it('is read back without what the format has no words for, and with all that it has, for any policy', () => {
    fc.assert(
      fc.property(policies(true), (made) => {
        const back = fromConfig(travel(toConfig(made)), { ...extrasOf(made), optional: false });
        const paths = made.paths.map((rule) => ({ ...rule, optional: false, quiet: false, exact: false }));
        const without = (names: readonly string[]) => names.filter((name) => !name.endsWith('quiet'));
        expect(back).toEqual({ ...made, paths, log: without(made.log), require: without(made.require) });
      }),
      { numRuns: 2000 },
    );
  });

  it('is read back as the same rules', () => {
    const made = policy({
      abi: 7,
      paths: [ro('/usr'), rw('/srv/$x', { refer: true })],
      net: { connectTcp: [443], bindTcp: [] },
      scope: ['signal'],
    });
    const back = fromConfig(JSON.stringify(toConfig(made)));
    expect(back).toEqual(made);
  });

  it('refuses what the format has no words for', () => {
    const bytes = policy({ abi: 7, paths: [ro(Uint8Array.of(0x2f, 0xff))] });
    expect(() => toConfig(bytes)).toThrow(/not UTF-8 text/);
    const unknown = policy({ abi: 12, handle: ['unsafe_unknown_bit_17'] });
    expect(() => toConfig(unknown)).toThrow(/no name/);
  });
});
