/* A small Arch on which the same is asked of pacman and of us: what is left on the disk, what was asked for, and by whom. */
import { readFileSync } from 'node:fs';

import { fewOrMany, inLong, missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type HelperCall, helperCalls } from './helpers.js';
import { type Invocation, invocations, type State } from './invocations.js';
import { makeRepositories, type Repositories } from './repositories.js';
import { alpm, makeSystem, type Outcome, runIn, withoutPorts } from './world.js';

const isMissing = missing('root', 'linux', 'pacman', 'landlock6');
const folder = temporaryFolder();
let repositories: Repositories;
/** The layers of each state before an invocation. */
let states: Readonly<Record<State, readonly string[]>>;

/** Prepares a state, by pacman itself. */
async function prepared(layers: readonly string[], script: string): Promise<readonly string[]> {
  const { status, stderr, layer } = await runIn(folder.path, repositories, { layers, command: ['sh', '-ec', script] });
  expect(status, stderr).toBe(0);
  return [layer, ...layers];
}

beforeAll(async () => {
  if (isMissing) return;
  repositories = makeRepositories(folder.path);
  const clean =
    'rm -rf /var/lib/pacman /var/cache/pacman /var/log/pacman.log; mkdir -p /var/lib/pacman /var/cache/pacman/pkg';
  const installed = await prepared(
    [makeSystem(folder.path, repositories)],
    `${clean}; pacman --noconfirm -U /srv/old/*any.pkg.tar.gz`,
  );
  const databases = await prepared(installed, 'pacman -Sy');
  const [old, files] = await Promise.all([
    prepared(databases, 'touch -d 2020-01-01 /var/lib/pacman/sync/*.db'),
    prepared(databases, 'pacman -Fy'),
  ]);
  states = { 'no databases': installed, databases, 'old databases': old, 'files databases': files };
}, 120_000);
afterAll(() => folder[Symbol.dispose]());

/** The state before an invocation, made once for both. */
async function stateBefore({ before = 'databases', option, setUp = '' }: Invocation): Promise<readonly string[]> {
  const line = option === undefined ? '' : `sed -i '/^CheckSpace/a ${option}' /etc/pacman.conf; `;
  const script = `${line}${setUp}`;
  return script === '' ? states[before] : await prepared(states[before], script);
}

/** Runs it by `pacman`, or what is in its place. */
async function run(
  { words, input, mirror, wrap = ':' }: Invocation,
  layers: readonly string[],
  program: string,
): Promise<Outcome> {
  // Where answers are typed pacman is to ask.
  const isAsked = input !== undefined && !words.endsWith(' -');
  // The address of the mirror is known only when it has begun.
  const server = `server=$(sed -n 's,^Server = \\(.*\\)/.repo,\\1,p;q' /etc/pacman.d/mirrorlist)`;
  const typed = words.replace('MIRROR', '"$server"').replace('*', "'*'");
  const command = ['sh', '-c', `${server}; ${wrap} && exec ${program} ${isAsked ? '' : '--noconfirm '}${typed}`];
  return await runIn(folder.path, repositories, { layers, command, input: input ?? '', mirror: mirror ?? 'good' });
}

const without = (all: readonly string[], some: readonly string[] = []): readonly string[] =>
  all.filter((one) => !some.includes(one));

const sortedLines = (text: string): readonly string[] => withoutPorts(text).split('\n').toSorted();

const isLong = fewOrMany(0, 1) === 1;
const tried = isLong ? invocations : invocations.filter((one) => one.inLong !== true);
const titleOf = ({ words, what }: Invocation): string => (what === undefined ? words : `${words} (${what})`);

describe.skipIf(isMissing)('pacman-fetch pacman --', () => {
  it.each(tried.map((one) => [titleOf(one), one] as const))('%s', async (_, invocation) => {
    const { differs = { why: '' }, status = 0 } = invocation;
    const layers = await stateBefore(invocation);
    const [theirs, ours] = await Promise.all([
      run(invocation, layers, 'pacman'),
      run(invocation, layers, 'pacman-fetch pacman --'),
    ]);
    const said = `${ours.stdout}${ours.stderr}\npacman:\n${theirs.stdout}${theirs.stderr}`;
    const statuses = { theirs: status, ours: differs.status ?? status };
    expect({ theirs: theirs.status, ours: ours.status }, said).toEqual(statuses);
    const compared = ({ changes }: Outcome) =>
      Object.fromEntries(Object.entries(changes).filter(([path]) => differs.paths?.test(path) !== true));
    expect(compared(ours), said).toEqual(compared(theirs));
    expect(without(ours.requests, differs.oursAsks), said).toEqual(without(theirs.requests, differs.theirsAsks));
    expect(ours.askers).toEqual(ours.requests.length > 0 ? [`uid ${alpm}, confined`] : []);
    if (invocation.saysTheSame) {
      expect(sortedLines(ours.stdout)).toEqual(sortedLines(theirs.stdout));
      expect(sortedLines(ours.stderr)).toEqual(sortedLines(theirs.stderr));
    }
  });

  // pacman alone, with our XferCommand: for what it downloads and then installs.
  inLong(() => {
    const plain = invocations.filter((one) => (one.status ?? 0) === 0 && !one.saysTheSame && one.differs === undefined);
    it.each(plain.map((one) => [titleOf(one), one] as const))('%s, by XferCommand', async (_, invocation) => {
      const layers = await stateBefore(invocation);
      const line = "sed -i '/^CheckSpace/a XferCommand = /usr/bin/pacman-fetch xfer %u' /etc/pacman.conf";
      const [theirs, ours] = await Promise.all([
        run(invocation, layers, 'pacman'),
        run(invocation, await prepared(layers, line), 'pacman'),
      ]);
      const said = `${ours.stdout}${ours.stderr}`;
      expect({ status: ours.status, changes: ours.changes }, said).toEqual({
        status: theirs.status,
        changes: theirs.changes,
      });
      // What is fetched ahead may be a signature that pacman doesn't ask for: of a package whose repository has none.
      const asked = ours.requests.filter((one) => theirs.requests.includes(one) || !/\/loose\/.*\.sig$/.test(one));
      expect(asked, said).toEqual(theirs.requests);
      expect(ours.askers).toEqual(ours.requests.length > 0 ? [`uid ${alpm}, confined`] : []);
    });
  });

  it('compares with a pacman that is not confined, and is root where no user is set', async () => {
    const unconfined = invocations.filter(({ words }) => words === '-Sy' || words === '-Su');
    const [refresh, upgrade] = [unconfined[0], unconfined.find(({ what }) => what === 'without DownloadUser')];
    if (refresh === undefined || upgrade === undefined) throw new Error('they are no longer in the table');
    const askers = async (one: Invocation) => (await run(one, await stateBefore(one), 'pacman')).askers;
    expect(await Promise.all([refresh, upgrade].map(askers))).toEqual([[`uid ${alpm}`], ['root']]);
  });
});

const script = readFileSync(new URL('makepkg.sh', import.meta.url), 'utf8');
const answering = readFileSync(new URL('answering.py', import.meta.url), 'utf8');

/** Runs the words of a helper: without a terminal, or in one where a person answers. */
async function runAs(program: string, { words, answer }: HelperCall): Promise<Outcome> {
  const terminal = answer === undefined ? [] : ['python3', '-c', answering, answer];
  const command = [...terminal, program, ...words];
  return await runIn(folder.path, repositories, { layers: states['old databases'], command });
}

describe.skipIf(isMissing)('pacman-fetch in place of pacman', () => {
  const called = Object.entries(helperCalls).flatMap(([by, calls]) =>
    calls.filter((one) => isLong || one.inLong !== true).map((call) => [by, call.words.join(' '), call] as const),
  );
  it.each(called)('as %s calls it: %s', async (_by, _words, call) => {
    const [theirs, ours] = await Promise.all([runAs('pacman', call), runAs('pacman-fetch', call)]);
    const said = `${ours.stdout}${ours.stderr}\npacman:\n${theirs.stdout}${theirs.stderr}`;
    const { status = 0 } = call;
    expect({ theirs: theirs.status, ours: ours.status }, said).toEqual({ theirs: status, ours: status });
    expect(ours.changes, said).toEqual(theirs.changes);
    expect(ours.requests, said).toEqual(theirs.requests);
    expect(ours.askers).toEqual(ours.requests.length > 0 ? [`uid ${alpm}, confined`] : []);
    if (call.prints) expect(ours.stdout).toEqual(theirs.stdout);
  });

  it.skipIf(missing('fakeroot'))(
    'makepkg installs what a package needs and the package, and removes the former',
    async () => {
      const build = async (program: string): Promise<Outcome> => {
        const command = ['sh', '-c', script, 'sh', program];
        return await runIn(folder.path, repositories, { layers: states.databases, command });
      };
      const [theirs, ours] = await Promise.all([build('pacman'), build('pacman-fetch')]);
      const said = `${ours.stdout}${ours.stderr}\npacman:\n${theirs.stdout}${theirs.stderr}`;
      expect({ theirs: theirs.status, ours: ours.status }, said).toEqual({ theirs: 0, ours: 0 });
      expect(ours.changes, said).toEqual(theirs.changes);
      expect(Object.keys(ours.changes)).toContain('usr/share/built/file');
      expect(ours.requests).toEqual(theirs.requests);
      expect(ours.requests).toContain('GET /core/heavy-2-1-any.pkg.tar.gz');
      expect(ours.askers).toEqual([`uid ${alpm}, confined`]);
    },
  );
});
