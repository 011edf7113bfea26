/* `sb-run` as root with each option that takes a path, beside a hostile local user who may change what the path names. */
import { chmodSync, existsSync, lchownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  expectNothingGained,
  fewOrMany,
  missing,
  Neighbour,
  someOf,
  stranger,
  type Tactic,
  valuesOf,
  World,
} from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { sbRun } from '../sb-run.js';

let world: World;
beforeEach(() => {
  world = new World(stranger);
});
afterEach(() => world[Symbol.dispose]());

const places = ['open', 'theirs', 'roots'] as const;

/** All that it knows to do with names, at once. */
const everything = (at: string): readonly Tactic[] => [
  ['plant', at, `link=${world.secret}`, 'expected'],
  ['react', at, `link=${world.secret}`, 'new', 'expected'],
  ['poll', at, `program=${world.program}`, 'policy.json', 'new'],
  ['flip', join(at, 'folder'), join(at, 'link')],
  ['hold', at],
];

/** A place with what options name, which the neighbour may change as far as the place is its own. */
function prepare(at: string): void {
  mkdirSync(join(at, 'folder'));
  writeFileSync(join(at, 'policy.json'), '{}');
}

const optionsIn: readonly (readonly [name: string, args: (at: string) => readonly string[]])[] = [
  ['--report to a new file', (at) => [`--report=${at}/new`]],
  ['--report to an expected name', (at) => [`--report=${at}/expected`]],
  ['--policy', (at) => ['--policy', `${at}/policy.json`]],
  ['--seccomp', (at) => ['--seccomp', `${at}/policy.json`]],
  ['--cwd', (at) => ['--cwd', `${at}/folder`]],
  ['--ro', (at) => ['--ro', `${at}/folder`]],
  ['--rw and --user', (at) => ['--user', 'nobody', '--rw', `${at}/folder`]],
  ['--rwx', (at) => ['--rwx', `${at}/folder`]],
  ['--explain', (at) => ['--explain', '--rw', `${at}/folder`, '--policy', `${at}/policy.json`]],
  ['--dry-run', (at) => ['--dry-run', '--cwd', `${at}/folder`, '--rw', `${at}/folder`]],
];

describe.skipIf(missing('linux', 'root', 'landlock7'))('sb-run beside another user', () => {
  // Each option beside all that the neighbour knows, and in `npm run test:long` at each place.
  const cases = places.flatMap((place) => optionsIn.map(([option, args]) => ({ place, option, args })));

  it.each(someOf(cases, valuesOf))('in $place gives nothing away by $option', async ({ place, args }) => {
    const at = world[place];
    prepare(at);
    await using neighbour = await Neighbour.start({ as: stranger, tactics: everything(at) });
    const { status } = await sbRun([...args(at), '--', 'true']);
    const { did, gained } = await neighbour.stop();
    expect([0, 125]).toContain(status);
    expect(did.map(({ what }) => what)).toEqual(expect.arrayContaining(['plant', 'flip']));
    expectNothingGained([...gained, ...world.gains()]);
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('sb-run --report as root', () => {
  const report = async (file: string) =>
    await sbRun(['--rw', world.roots, `--report=${file}`, '--', 'touch', join(world.roots, 'ran')]);

  it.each([
    ['a link to a file of root’s', () => `link=${world.secret}`, /It is a symbolic link, which is not followed/],
    ['a FIFO', () => 'fifo', /It is a pipe that nobody reads/],
    ['another name of a file of its own', () => `hard=${world.program}`, /refusing to write to .*: it has other names/],
  ])('refuses %s that was planted, and runs nothing', async (_, asset, why) => {
    const file = join(world.open, 'report');
    await using neighbour = await Neighbour.start({
      as: stranger,
      tactics: [['plant', world.open, asset(), 'report']],
    });
    const { status, stderr } = await report(file);
    expect(neighbour.did[0]).toMatchObject({ what: 'plant', outcome: 'OK', on: file });
    expect(status).toBe(125);
    expect(stderr).toMatch(why);
    expect(stderr).toMatch(/ Nothing was run\.\n$/);
    expect(world.gains()).toEqual([]);
    expect(existsSync(join(world.roots, 'ran'))).toBe(false);
    // The same under a name that nobody has taken.
    const free = join(world.open, 'free');
    expect(await report(free)).toMatchObject({ status: 0 });
    expect(existsSync(join(world.roots, 'ran'))).toBe(true);
    expect(JSON.parse(readFileSync(free, 'utf8'))).toMatchObject({ status: expect.any(String) as string });
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('sb-run --policy as root', () => {
  it.each(['--policy', '--seccomp'])('%s takes no orders from a file that others can write', async (option) => {
    const document = option === '--policy' ? '{}' : '{"base":"allow-all"}';
    const run = async (file: string) => await sbRun([option, file, '--', 'true']);
    const own = join(world.roots, 'policy.json');
    writeFileSync(own, document);
    expect(await run(own)).toMatchObject({ status: 0 });
    for (const mode of [0o666, 0o602]) {
      chmodSync(own, mode);
      const { status, stderr } = await run(own);
      expect(status).toBe(125);
      expect(stderr).toMatch(/policy\.json is not read: it is writable for all/);
    }
    const theirs = join(world.theirs, 'policy.json');
    writeFileSync(theirs, document);
    const { status, stderr } = await run(theirs);
    expect(status).toBe(125);
    expect(stderr).toMatch(`${world.theirs} belongs to uid ${stranger.uid}`);
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('sb-run --cwd', () => {
  it('does not enter a directory that the user of the sandbox may not enter', async () => {
    const closed = world.file('closed');
    const inner = join(closed, 'inner');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, 'file'), 'inside\n');
    chmodSync(closed, 0o700);
    const run = async (cwd: string, ...args: readonly string[]) =>
      await sbRun(['--cwd', cwd, ...args, '--', 'cat', 'file']);
    expect(await run(inner)).toMatchObject({ status: 0, stdout: 'inside\n' });
    const { status, stdout, stderr } = await run(inner, '--user', 'nobody');
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
    expect(stderr).toMatch(/cwd.*EACCES/);
    chmodSync(closed, 0o755);
    expect(await run(inner, '--user', 'nobody')).toMatchObject({ status: 0, stdout: 'inside\n' });
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('the paths of root’s rules', () => {
  const write = (target: string) => ['/bin/sh', '-c', `echo written >${target}/file0 || true`];

  it.each(['--rw', '--rwx'])(
    '%s grants nothing that a neighbour’s link leads to, at any moment',
    async (option) => {
      const [out, link] = [join(world.theirs, 'out'), join(world.theirs, 'link')];
      mkdirSync(out);
      symlinkSync(world.kept, link);
      for (const path of [out, link]) lchownSync(path, stranger.uid, stranger.gid);
      await using neighbour = await Neighbour.start({ as: stranger, tactics: [['flip', out, link]] });
      // Which of the two a start meets is chance; what comes of the link alone is looked at below.
      for (let tries = 0; tries < fewOrMany(4, 10); tries++) {
        const { status, stderr } = await sbRun([option, out, '--', ...write(world.kept)]);
        expect([0, 125]).toContain(status);
        if (status !== 0) expect(stderr).toMatch(/a symbolic link in its path belongs to another user/);
      }
      expect(neighbour.did[0]).toMatchObject({ what: 'flip', outcome: 'OK' });
      expect(world.gains()).toEqual([]);
    },
    60_000,
  );

  /** Runs a command that writes by a rule for a path, and says what came of it. */
  async function through(path: string, ...args: readonly string[]) {
    const result = await sbRun([...args, '--rw', path, '--', ...write(world.roots)]);
    return { ...result, written: existsSync(join(world.roots, 'file0')) };
  }

  it.each<readonly [what: string, place: 'open' | 'theirs', depth: string]>([
    ['the last name', 'theirs', ''],
    ['a name on the way', 'theirs', '/deep'],
    ['a name in a folder that is open to all', 'open', ''],
  ])('are refused with cause and remedy where another user’s link is %s', async (_, place, depth) => {
    mkdirSync(join(world.roots, 'deep'));
    const link = join(world[place], 'link');
    symlinkSync(world.roots, link);
    lchownSync(link, stranger.uid, stranger.gid);
    const { status, stderr, written } = await through(`${link}${depth}`);
    expect({ status, written }).toEqual({ status: 125, written: false });
    expect(stderr).toMatch(/belongs to another user, who can change its target\. Name the target of the link/);
  });

  it.each<readonly [whose: string, uid: number, place: 'theirs' | 'roots', args: readonly string[]]>([
    ['root’s, where root alone can put one', 0, 'roots', []],
    ['another user’s, where root alone can put one', stranger.uid, 'roots', []],
    ['root’s in a folder of a neighbour’s, to what is granted anyway', 0, 'theirs', ['--rw', 'target']],
    ['the sandbox’s user’s, to what is granted anyway', 65_534, 'theirs', ['--user', 'nobody', '--rw', 'target']],
  ])('follow a link that is %s', async (_, uid, place, args) => {
    const target = world.file('target');
    mkdirSync(target);
    chmodSync(target, 0o777);
    const link = join(world[place], 'link');
    symlinkSync(target, link);
    lchownSync(link, uid, uid);
    const more = args.map((arg) => (arg === 'target' ? target : arg));
    const { status, stderr } = await sbRun([...more, '--rw', link, '--', ...write(target)]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(existsSync(join(target, 'file0'))).toBe(true);
  });

  it.each<readonly [whose: string, uid: number, args: readonly string[]]>([
    ['root’s in a folder of a neighbour’s, who may have moved it', 0, []],
    ['the sandbox’s user’s', 65_534, ['--user', 'nobody']],
  ])('are refused with cause and remedy where the link is %s', async (_, uid, args) => {
    const link = join(world.theirs, 'link');
    symlinkSync(world.roots, link);
    lchownSync(link, uid, uid);
    const { status, stderr, written } = await through(link, ...args);
    expect({ status, written }).toEqual({ status: 125, written: false });
    expect(stderr).toMatch(
      /or another user, may have put there, and no other rule grants its target\. Name the target of the link/,
    );
  });

  it('grant /tmp; circular links of root count as missing, and links of /proc lead where the kernel says', async () => {
    expect(await sbRun(['--rw', '/tmp', '--', 'true'])).toMatchObject({ status: 0 });
    symlinkSync('circle', join(world.roots, 'circle'));
    const { status, stderr } = await sbRun(['--rw', join(world.roots, 'circle'), '--', 'true']);
    expect({ status, stderr }).toMatchObject({ status: 125, stderr: expect.stringMatching(/ELOOP/) as string });
    expect(await sbRun(['--ro', '/proc/self/cwd', '--ro', '/proc/self/exe', '--', 'true'])).toMatchObject({
      status: 0,
    });
  });
});
