import { chownSync, copyFileSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, parseProbe, probeArguments, probePath, runProgram, temporaryFolder } from '@sb/test-kit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type FsRight, type LandlockPolicy, path, type PathRule, plan, policy, support } from '../../src/index.js';
import { isFileRight, namesOf } from '../../src/rights.js';
import { compile, nobody } from './programs.js';
import { trialsIn } from './trials.js';

/** What is tried of every case; each has to have been allowed and denied often. */
const operations = [
  'open-read',
  'open-write',
  'truncate',
  'list',
  'execute',
  'create',
  'create-through',
  'mkdir',
  'mkfifo',
  'bind-unix',
  'symlink',
  'unlink',
  'rmdir',
  'ioctl-device',
  'link',
  'rename',
] as const;

/** Every right of ABI 7, the newest that this kernel has to have. */
const rights = namesOf('fs', 7) as readonly FsRight[];

interface Case {
  /** For each folder after the first, the number of the one that holds it, counted round. */
  readonly folders: readonly number[];
  readonly rules: readonly { readonly at: number; readonly kind: Kind; readonly rights: readonly FsRight[] }[];
  readonly handled: readonly FsRight[];
}

/** What a rule's path leads to, by the name of the kind, and the end of the path. */
const targets = {
  folder: '',
  // Removing it is for the folder above to allow, so a rule for itself must not help.
  'empty folder': '/hollow',
  'moved folder': '/sub-1',
  'moved file': '/to-move-1',
  file: '/file',
  'link to folder': '/to-folder',
  'folder above': '/to-folder/..',
  'link to file': '/to-file',
  'hard link': '/hard',
  'link to device': '/to-device',
  // Nothing is there when the rules are made; what is made there later has no rule.
  'link to nothing': '/dangling',
  nothing: '/new-folder',
} as const;
type Kind = keyof typeof targets;
const kinds = Object.keys(targets) as Kind[];

const cases: fc.Arbitrary<Case> = fc.record({
  folders: fc.array(fc.nat(7), { minLength: 1, maxLength: 6 }),
  rules: fc.array(
    fc.record({
      at: fc.nat(7),
      kind: fc.constantFrom(...kinds),
      rights: fc.subarray([...rights], { minLength: 1 }),
    }),
    { maxLength: 5 },
  ),
  handled: fc.subarray([...rights], { minLength: 1 }),
});

/** Whether a rule lets a program make links somewhere, or rename a folder that holds some: what is not handled it may do. */
function putsLinks(granted: readonly FsRight[], handled: readonly FsRight[]): boolean {
  const may = (right: FsRight) => granted.includes(right) || !handled.includes(right);
  return may('make_sym') || (may('make_dir') && (granted.includes('refer') || may('remove_dir')));
}

describe.skipIf(missing('linux', 'root', 'landlock6'))('allows', () => {
  let launch: Awaited<ReturnType<typeof compile>>;
  const seed = Math.floor(Math.random() * 2 ** 31);
  const files = ['file', 'unwanted', 'shared', 'to-link', 'to-move-0', 'to-move-1'].concat([
    'to-replace-0',
    'to-replace-1',
    'victim-0',
    'victim-1',
  ]);
  const answers = new Map<string, number>();

  beforeAll(async () => {
    launch = await compile('launch');
  });
  afterAll(() => launch.folder[Symbol.dispose]());

  /** Makes the folders with everything that is tried in each; gives their paths. */
  function build(root: string, parents: readonly number[]): readonly string[] {
    const folders = [`${root}/top`];
    writeFileSync(`${root}/file`, 'content', { mode: 0o644 });
    for (const [index, parent] of parents.entries()) folders.push(`${folders[parent % folders.length]}/d${index}`);
    for (const [index, folder] of folders.entries()) {
      mkdirSync(folder);
      mkdirSync(`${folder}/hollow`);
      for (const name of ['sub-0', 'sub-1']) mkdirSync(`${folder}/${name}`);
      for (const name of files) writeFileSync(`${folder}/${name}`, 'content');
      copyFileSync(probePath(), `${folder}/program`);
      // Links lead to the folder made before, so what decides is often somewhere else.
      const other = folders[Math.max(0, index - 1)] ?? folder;
      symlinkSync(`${other}/file`, `${folder}/to-file`);
      symlinkSync(other, `${folder}/to-folder`);
      symlinkSync(`${other}/unborn-${index}`, `${folder}/dangling`);
      symlinkSync('/dev/ptmx', `${folder}/to-device`);
      for (const name of ['symlink-0', 'symlink-1']) symlinkSync('file', `${folder}/${name}`);
      linkSync(`${other}/shared`, `${folder}/hard`);
      for (const name of ['.', 'hollow', 'sub-0', 'sub-1', 'program', ...files]) {
        chownSync(`${folder}/${name}`, nobody.uid, nobody.gid);
      }
    }
    return folders;
  }

  function policyOf({ rules, handled }: Case, folders: readonly string[]): LandlockPolicy {
    const granted = new Map<string, PathRule>();
    for (const rule of rules) {
      const target = `${folders[rule.at % folders.length]}${targets[rule.kind]}`;
      const optional = rule.kind.endsWith('nothing');
      const isFolder = optional || rule.kind.includes('folder');
      const useful = rule.rights.filter((right) => handled.includes(right) && (isFolder || isFileRight(right)));
      if (useful.length > 0) granted.set(target, path(target, useful, { optional }));
    }
    const tools = (['execute', 'read_file'] as const).filter((right) => handled.includes(right));
    const probe = tools.length > 0 ? [path(probePath(), tools)] : [];
    return policy({ abi: 7, handle: handled, paths: [...granted.values(), ...probe] });
  }

  async function compare(random: Case): Promise<void> {
    using root = temporaryFolder();
    const folders = build(root.path, random.folders);
    const rules = policyOf(random, folders);
    const trials = folders.flatMap((folder, index) => trialsIn(folder, folders[Math.max(0, index - 1)] ?? folder));
    // Asked before anything is tried, since what is tried changes the tree.
    const expected = trials.map(([, outcome]) => outcome(rules));
    const record = root.file('record');
    writeFileSync(record, plan(rules, support()).record, { mode: 0o644 });
    const attempts = trials.map(([attempt]) => attempt);
    const args = [record, probePath(), ...probeArguments(attempts)];
    const { stdout, stderr } = await runProgram(launch.program, args, nobody);
    if (stderr.startsWith('own-link')) {
      // Nothing runs by such rules; own-links.test.ts of the sandbox has what is refused and what not.
      expect(rules.paths.some((rule) => putsLinks(rule.rights, rules.handled.fs))).toBe(true);
      expect(rules.paths.some(({ path: name }) => typeof name === 'string' && name.includes('/to-'))).toBe(true);
      return;
    }
    expect(stderr).toBe('');
    const actual = parseProbe(stdout, attempts.length).map(({ outcome }) => outcome);
    const told = attempts.map((attempt, index) => `${attempt.join(' ')}: ${expected[index]}`);
    expect(attempts.map((attempt, index) => `${attempt.join(' ')}: ${actual[index]}`)).toEqual(told);
    for (const [index, [[operation]]] of trials.entries()) {
      const key = `${operation} ${expected[index]}`;
      answers.set(key, (answers.get(key) ?? 0) + 1);
    }
  }

  it(`agrees with the kernel for random trees and rules (seed ${seed})`, async () => {
    await fc.assert(fc.asyncProperty(cases, compare), { seed, numRuns: 60, interruptAfterTimeLimit: 12_000 });
    // No answer is rare: a dry run that always says the same would be found out, for each operation.
    const common: readonly string[] = operations.flatMap((operation) => [`${operation} OK`, `${operation} EACCES`]);
    const devices = ['mknod EPERM', 'mknod EACCES', 'mknod-block EPERM', 'mknod-block EACCES'];
    const rare = [...common, ...devices, 'rename EXDEV', 'link EXDEV'].filter((key) => (answers.get(key) ?? 0) < 5);
    expect(rare).toEqual([]);
    console.log(`seed ${seed}: ${[...answers].map(([key, count]) => `${key} ${count}`).join(', ')}`);
  });
});
