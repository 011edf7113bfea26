/*
 * Policies that real programs learn: each has at most fifteen rules, is the same the second time, and holds in another home
 * directory, where the program fails without any one of its rules.
 */
import { chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

import { missing, runProgram, stranger, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { sbRunPath } from '../sb-run.js';
import { preparation, type Program, programs } from './learned-programs.js';

/** Dozens of starts, in milliseconds. */
const timeout = 300_000;

/** The most rules of a policy. */
const mostRules = 15;

const [alice, bob] = [
  { uid: stranger.uid, gid: stranger.gid },
  { uid: stranger.uid + 1, gid: stranger.gid + 1 },
] as const;

interface Policy {
  readonly landlock: {
    readonly paths?: readonly unknown[];
    readonly net?: Readonly<Record<string, readonly number[]>>;
  };
  readonly tmp?: string;
}

/** Each policy that lacks one rule of this one. */
function withoutEach(policy: Policy): readonly Policy[] {
  const { landlock, tmp, ...rest } = policy;
  const { paths = [], net = {} } = landlock;
  const withLandlock = (changed: Policy['landlock']): Policy => ({ ...policy, landlock: { ...landlock, ...changed } });
  const ofPaths = paths.map((rule) => withLandlock({ paths: paths.filter((one) => one !== rule) }));
  const ofPorts = Object.entries(net).flatMap(([name, ports]) =>
    ports.map((port) => withLandlock({ net: { ...net, [name]: ports.filter((one) => one !== port) } })),
  );
  return [...ofPaths, ...ofPorts, ...(tmp === undefined ? [] : [{ ...rest, landlock }])];
}

/** A home directory with what the programs work on. */
async function home(folder: TemporaryFolder, name: string, user: typeof alice | typeof bob): Promise<Place> {
  const path = folder.file(name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(`${path}/work`, { recursive: true });
  for (const one of [path, `${path}/work`]) chownSync(one, user.uid, user.gid);
  const options = { ...user, cwd: `${path}/work`, env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: path } };
  const place: Place = {
    file: `${path}/work/policy.json`,
    within: [path, '/usr', '/etc', '/dev'].flatMap((one) => ['--learn-within', one]),
    run: async (program, args) => await runProgram(program, args, { ...options, timeout: 120_000 }),
  };
  expect(await place.run('sh', ['-c', preparation])).toMatchObject({ status: 0, stderr: '' });
  return place;
}

interface Place {
  readonly file: string;
  /** Bounds that contain the home directory. */
  readonly within: readonly string[];
  run(program: string, args: readonly string[]): ReturnType<typeof runProgram>;
}

const rulesOf = (policy: Policy): number => withoutEach(policy).length;

const wordsOf = ({ run }: Program): readonly string[] => (typeof run === 'string' ? ['sh', '-c', run] : run);

/** Learns in one place. @returns the text of the policy */
async function learned(place: Place, program: Program): Promise<string> {
  const { options = [], readsHome = false } = program;
  const words = ['--fs', 'minimal', ...options, ...(readsHome ? place.within : []), `--learn=${place.file}`];
  const { status, stderr } = await place.run(process.execPath, [sbRunPath(), ...words, '--', ...wordsOf(program)]);
  expect([status, stderr]).toEqual([0, expect.stringContaining('and fails without any one of them\n')]);
  return readFileSync(place.file, 'utf8');
}

/** Whether a program passes under a policy. */
async function passes(place: Place, policy: string, program: Program): Promise<boolean> {
  writeFileSync(place.file, policy, { mode: 0o644 });
  chownSync(place.file, bob.uid, bob.gid);
  const words = [sbRunPath(), '--policy', place.file, '--', ...wordsOf(program)];
  const { status } = await place.run(process.execPath, words);
  return status === 0;
}

describe.skipIf(missing('linux', 'root', 'landlock6'))('the policy that is learned for', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((_, answer) => answer.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());

  const isLong = process.env['SB_LONG'] === '1';
  const all = programs('').filter(({ isQuick = false }) => isLong || isQuick);

  it.each(all.map(({ name }) => name))(
    '%s is small, the same again, and holds in another home directory',
    { timeout },
    async (name) => {
      const { port } = server.address() as AddressInfo;
      const program = programs(`http://127.0.0.1:${port}/`).find((one) => one.name === name);
      if (program === undefined) throw new Error(name);
      using folder = temporaryFolder(0o755);
      const first = await home(folder, 'a', alice);
      const text = await learned(first, program);
      const policy = JSON.parse(text) as Policy;
      expect(rulesOf(policy)).toBeLessThanOrEqual(mostRules);
      expect(await learned(first, program)).toBe(text);
      expect(text).not.toContain(folder.path);
      const second = await home(folder, 'b', bob);
      expect(await passes(second, text, program)).toBe(true);
      for (const lacking of withoutEach(policy)) {
        const less = JSON.stringify(lacking);
        expect([less, await passes(second, less, program)]).toEqual([less, false]);
      }
    },
  );

  it('are twenty-five', () => {
    expect(programs('')).toHaveLength(25);
  });
});
