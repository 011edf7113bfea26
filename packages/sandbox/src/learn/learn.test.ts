/* Learning against a program that is invented: it needs some rules, and is denied what it lacks. */
import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Denial } from '../denials/denial.js';
import { type Attempt, learn } from './learn.js';
import { type Bounds, lessonOf } from './learnable.js';
import { isBeneath, type Learned, merged, withLearned } from './learned.js';

let folder: TemporaryFolder;
let bounds: Bounds;
beforeEach(() => {
  folder = temporaryFolder(0o755);
  mkdirSync(folder.file('home/.ssh'), { recursive: true });
  const [home, own] = [folder.file('home'), [folder.path]];
  bounds = {
    within: own,
    own,
    uid: process.getuid?.() ?? 0,
    homes: [home],
    secrets: [`${home}/.ssh`],
    began: Infinity,
    hasTmp: false,
  };
});
afterEach(() => folder[Symbol.dispose]());

function made(name: string): string {
  writeFileSync(folder.file(name), 'x');
  return folder.file(name);
}

function denial(path: string, access = 'ro'): Denial {
  const add = { options: [`--${access}`, path], path: { [access]: path } };
  const about = { time: '', pid: 1, program: 'sh', call: 'openat', errno: 'EACCES', count: 1 };
  return { ...about, layer: 'landlock', path, right: 'read_file', add };
}

/** A program that opens files in turn, and fails with the first that is needed and denied. */
function program(opens: readonly { readonly path: string; readonly isNeeded: boolean }[]) {
  const tried: (readonly Learned[])[] = [];
  const attempt = async (learned: readonly Learned[]): Promise<Attempt> => {
    tried.push(learned);
    const denials: Denial[] = [];
    for (const { path, isNeeded } of opens) {
      if (learned.some((rule) => 'path' in rule && isBeneath(path, rule.path))) continue;
      denials.push(denial(path));
      if (isNeeded) return await Promise.resolve({ passed: false, denials, lacksLoader: false });
    }
    return { passed: true, denials, lacksLoader: false };
  };
  return { attempt, tried };
}

describe('learning', () => {
  it('ends with the rules that are needed, and no other', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map(made);
    const needs = [
      { path: a ?? '', isNeeded: false },
      { path: b ?? '', isNeeded: true },
      { path: c ?? '', isNeeded: true },
    ];
    const { attempt, tried } = program(needs);
    const lessons = await learn(attempt, bounds);
    expect(lessons.learned.map((rule) => 'path' in rule && rule.path)).toEqual([b, c]);
    expect(lessons).toMatchObject({ passed: true, isMinimal: true, refused: [], runs: tried.length });
    expect(tried[0]).toEqual([]);
  });

  it('never grants credentials, nor anything outside of its bounds, and then says why', async () => {
    const key = folder.file('home/.ssh/key');
    writeFileSync(key, 'secret');
    for (const [path, why] of [
      [key, 'it is a credential'],
      [folder.file('home/.ssh'), 'it is a credential'],
      [folder.file('home'), 'credentials are beneath it'],
      ['/etc/hostname', 'it is outside of --learn-within'],
      [folder.file('missing'), 'it cannot be examined'],
    ] as const) {
      const { attempt, tried } = program([{ path, isNeeded: true }]);
      const lessons = await learn(attempt, bounds);
      expect(lessons).toMatchObject({ passed: false, learned: [], refused: [[{ path }, why]], runs: 1 });
      expect(tried.flat()).toEqual([]);
    }
  });

  it.each<[what: string, made: (key: string) => void]>([
    ['a link to a credential', (key) => symlinkSync(folder.file('home/.ssh/key'), key)],
    [
      'a directory that is a link',
      () => {
        rmSync(folder.file('d'), { recursive: true });
        symlinkSync(folder.file('home/.ssh'), folder.file('d'));
      },
    ],
  ])('takes a rule back if the program puts %s there, and then learns nothing', async (_, put) => {
    writeFileSync(folder.file('home/.ssh/key'), 'secret');
    mkdirSync(folder.file('d'));
    const key = made('d/key');
    const { attempt, tried } = program([
      { path: made('another'), isNeeded: true },
      { path: key, isNeeded: false },
    ]);
    const planting = async (learned: readonly Learned[]): Promise<Attempt> => {
      const result = await attempt(learned);
      if (tried.length === 3) {
        rmSync(key);
        put(key);
      }
      return result;
    };
    const lessons = await learn(planting, bounds);
    expect(lessons).toMatchObject({ passed: false, dropped: [[key, 'a symbolic link is in its path now']] });
    // The control: it was granted before.
    const granted = tried.map((rules) => rules.some((rule) => 'path' in rule && rule.path === key));
    expect(granted[2]).toBe(true);
    expect(granted.slice(3)).toEqual([false, false]);
  });

  it.each<[what: string, path: string, access: string, uid: number, why: string | undefined]>([
    ['writing outside of its own directory', '/etc/hostname', 'rw', 0, 'writing is learned only beneath'],
    ['reading there', '/etc/hostname', 'ro', 0, undefined],
    ['writing to the sink', '/dev/null', 'rw', 0, undefined],
    ['a directory to root', '/etc/ssl', 'ro', 0, 'root could read all of that directory'],
    ['the same to another user', '/etc/ssl', 'ro', 65_534, undefined],
    ['a directory of the whole machine', '/etc', 'ro', 65_534, 'it is a directory of the whole machine'],
  ])('decides about %s', (_, path, access, uid, why) => {
    const lesson = lessonOf(denial(path, access), { ...bounds, within: ['/etc', '/dev'], uid });
    if (why === undefined) expect(lesson).toMatchObject({ rules: [{ path, access }] });
    else expect(lesson).toEqual({ refused: expect.stringContaining(why) as string });
  });

  it('never grants files of other users, nor files of root that are not for everybody', () => {
    const path = made('theirs');
    const uid = bounds.uid + 1;
    expect(lessonOf(denial(path), { ...bounds, uid })).toEqual(
      bounds.uid === 0 ? { rules: [expect.anything()] } : { refused: `it belongs to uid ${bounds.uid}` },
    );
    expect(lessonOf(denial('/etc/shadow'), { ...bounds, within: ['/etc'] })).toEqual({
      refused: 'it is a file of root that others may not read',
    });
  });

  it.skipIf(missing('root'))('never grants root a file that others may not reach', () => {
    const path = made('home/readable');
    const ask = (within: string) => lessonOf(denial(path), { ...bounds, within: [within], own: [within] });
    expect(ask(folder.path)).toEqual({ rules: [expect.anything()] });
    chmodSync(folder.file('home'), 0o700);
    expect(ask(folder.path)).toEqual({
      refused: expect.stringContaining('others may not enter a directory') as string,
    });
    // The bound itself was named.
    expect(ask(folder.file('home'))).toEqual({ rules: [expect.anything()] });
  });

  it.skipIf(missing('root'))('never grants root what its program has made public meanwhile', () => {
    const path = made('home/secret');
    const ask = (began: number, own: readonly string[]) => lessonOf(denial(path), { ...bounds, began, own });
    const end = statSync(path).ctimeMs + 1;
    expect(ask(end, [])).toEqual({ rules: [expect.anything()] });
    const refused = { refused: 'it was changed after learning began' };
    expect(ask(end - 1, [])).toEqual(refused);
    // What it has made itself.
    expect(ask(end - 1, [folder.path])).toEqual({ rules: [expect.anything()] });
    expect(lessonOf(denial('/proc/filesystems'), { ...bounds, began: 0, within: ['/proc'], own: [] })).toEqual({
      rules: [expect.anything()],
    });
  });

  it('learns the directory of what is written, since a rule for a missing file is lost', () => {
    mkdirSync(folder.file('d'));
    const path = made('d/out');
    const rules = (denied: Denial, within: Partial<Bounds> = {}) => lessonOf(denied, { ...bounds, ...within });
    expect(rules(denial(path, 'rw'))).toMatchObject({ rules: [{ access: 'rw', path: folder.file('d') }] });
    // The twins: what is read, what lies in a home directory itself, and what is only within the bounds for reading.
    expect(rules(denial(path))).toMatchObject({ rules: [{ access: 'ro', path }] });
    expect(rules(denial(made('home/x'), 'rw'))).toMatchObject({ rules: [{ path: folder.file('home/x') }] });
    expect(rules(denial(path, 'rw'), { own: [path] })).toMatchObject({ rules: [{ path }] });
    expect(rules(denial(path, 'rw'), { within: [path] })).toMatchObject({ rules: [{ path }] });
  });

  it('learns the directory of a program that a run has made, and of no other', () => {
    mkdirSync(folder.file('d'));
    const path = made('d/tool');
    const rules = (within: Partial<Bounds>) => lessonOf(denial(path, 'rx'), { ...bounds, ...within });
    const changed = statSync(path).ctimeMs;
    expect(rules({ began: changed })).toMatchObject({ rules: [{ access: 'rx', path: folder.file('d') }] });
    expect(rules({ began: changed + 1 })).toMatchObject({ rules: [{ path }] });
    // Root's program could have made it public.
    const refused = { refused: 'it was changed after learning began' };
    const outside = bounds.uid === 0 ? refused : { rules: [{ path }] };
    expect(rules({ began: changed, own: [] })).toMatchObject(outside);
  });

  it('learns a private directory instead of everybody’s, once', () => {
    expect(lessonOf(denial('/tmp', 'rw'), bounds)).toEqual({ rules: [{ tmp: 'private', count: 1 }] });
    // The twins: a program that does not use it, reading, and a name in it.
    const apart = { ...bounds, within: [], secrets: [] };
    const refused = { refused: 'it is outside of --learn-within' };
    expect(lessonOf(denial('/tmp', 'rw'), { ...apart, hasTmp: true })).toEqual(refused);
    expect(lessonOf(denial('/tmp'), apart)).toEqual(refused);
    expect(lessonOf(denial('/tmp/x', 'rw'), apart)).toEqual(refused);
  });

  it('learns no calls and no signals', () => {
    const call = {
      ...denial('/x'),
      layer: 'seccomp',
      add: { options: ['--allow', 'mount'], allow: ['mount'] },
    } as const;
    expect(lessonOf(call, bounds)).toEqual({ refused: 'only files and TCP ports are learned' });
  });

  it('ends if a program asks for something new in each run', async () => {
    let count = 0;
    const attempt = async (): Promise<Attempt> => {
      count++;
      mkdirSync(folder.file(`new${count}`));
      return await Promise.resolve({ passed: false, denials: [denial(made(`new${count}/x`))], lacksLoader: false });
    };
    expect(await learn(attempt, bounds)).toMatchObject({ passed: false, runs: 20 });
  });
});

describe('rules', () => {
  const rule = (access: 'ro' | 'rx' | 'rw' | 'rwx', path: string): Learned => ({ access, path, count: 1 });
  const always = () => true;

  it('of one path become one, and those beneath a wider one are left out', () => {
    expect(merged([rule('rx', '/a')], [rule('rw', '/a'), rule('ro', '/a/b'), rule('ro', '/ab')], always)).toEqual([
      { access: 'rwx', path: '/a', count: 2 },
      rule('ro', '/ab'),
    ]);
    expect(merged([rule('ro', '/a')], [rule('rw', '/a/b')], always)).toHaveLength(2);
  });

  it('of four names in a directory become the directory, if it may be granted', () => {
    const four = ['w', 'x', 'y', 'z'].map((name) => rule('ro', `/a/${name}`));
    expect(merged([], four, always)).toEqual([{ access: 'ro', path: '/a', count: 4 }]);
    expect(merged([], four, () => false)).toHaveLength(4);
    expect(merged([], four.slice(1), always)).toHaveLength(3);
  });

  it('are in one order, for each order of denials', () => {
    const tmp: Learned = { tmp: 'private', count: 1 };
    const port = (number: number): Learned => ({ net: 'connectTcp', port: number, count: 1 });
    const rules = [rule('ro', '/a'), rule('rw', '/b'), rule('rx', '/é'), port(1), port(2), tmp];
    expect(merged([], rules, always)).toEqual(rules);
    expect(merged([], rules.toReversed(), always)).toEqual(rules);
    expect(merged([tmp], [tmp], always)).toEqual([{ ...tmp, count: 2 }]);
    expect(withLearned({ landlock: 'minimal' }, [tmp])).toEqual({ landlock: 'minimal', tmp: 'private' });
  });

  it('are added to a policy, with ports', () => {
    const port: Learned = { net: 'connectTcp', port: 443, count: 2 };
    const policy = withLearned({ landlock: { preset: 'none', net: { connectTcp: [80] } } }, [rule('rw', '/a'), port]);
    expect(policy.landlock).toEqual({
      preset: 'none',
      net: { connectTcp: [80, 443] },
      paths: [{ rw: '/a', optional: true }],
    });
  });
});
