import { chownSync, copyFileSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';

import {
  type Attempt,
  missing,
  parseProbe,
  probeArguments,
  probePath,
  runProgram,
  temporaryFolder,
} from '@sb/test-kit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  allows,
  type FsRight,
  type LandlockPolicy,
  path,
  type PathRule,
  plan,
  policy,
  support,
} from '../../src/index.js';
import { compile, nobody } from './programs.js';

/** Rights that one attempt of the probe depends on, and nothing else. */
const rights = [
  'execute',
  'write_file',
  'read_file',
  'read_dir',
  'remove_dir',
  'remove_file',
  'make_dir',
  'make_reg',
  'make_fifo',
  'make_sym',
  'truncate',
] as const satisfies readonly FsRight[];

interface Case {
  /** For each folder after the first, the number of the one that holds it, counted round. */
  readonly folders: readonly number[];
  readonly rules: readonly { readonly at: number; readonly kind: Kind; readonly rights: readonly FsRight[] }[];
  readonly handled: readonly FsRight[];
}

/** What a rule's path leads to: a folder, a file in it, or a symbolic or hard link. */
const kinds = ['folder', 'empty folder', 'file', 'link to folder', 'link to file', 'hard link'] as const;
type Kind = (typeof kinds)[number];

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

/** What the probe tries in a folder, and the questions that must all be answered yes for it to succeed. */
type Trial = readonly [attempt: Attempt, needs: readonly (readonly [path: string, right: FsRight])[]];

function trialsIn(folder: string): readonly Trial[] {
  const at = (name: string) => `${folder}/${name}`;
  const opened: readonly Trial[] = ['file', 'to-file', 'hard'].flatMap((name): Trial[] => [
    [['open-read', at(name)], [[at(name), 'read_file']]],
    [['open-write', at(name)], [[at(name), 'write_file']]],
    [['truncate', at(name)], [[at(name), 'truncate']]],
  ]);
  return [
    ...opened,
    [['list', folder], [[folder, 'read_dir']]],
    [['list', at('to-folder')], [[at('to-folder'), 'read_dir']]],
    // The kernel opens a program for reading as well.
    [
      ['execute', at('program')],
      [
        [at('program'), 'execute'],
        [at('program'), 'read_file'],
      ],
    ],
    // Creating opens what was created.
    [
      ['create', at('new')],
      [
        [at('new'), 'make_reg'],
        [at('new'), 'write_file'],
      ],
    ],
    [
      ['create-through', at('dangling')],
      [
        [at('dangling'), 'make_reg'],
        [at('dangling'), 'write_file'],
      ],
    ],
    // Out of the folder that the link leads to, not out of the one that holds the link.
    [['open-read', at('to-folder/../file')], [[at('to-folder/../file'), 'read_file']]],
    [['list', at('to-folder/..')], [[at('to-folder/..'), 'read_dir']]],
    [['list', at('to-folder/')], [[at('to-folder/'), 'read_dir']]],
    [['open-read', at('file/')], [[at('file/'), 'read_file']]],
    [['open-read', at('absent/file')], [[at('absent/file'), 'read_file']]],
    [['mkdir', at('newer-folder/')], [[at('newer-folder/'), 'make_dir']]],
    [['mkdir', at('new-folder')], [[at('new-folder'), 'make_dir']]],
    [['mkfifo', at('new-fifo')], [[at('new-fifo'), 'make_fifo']]],
    [['symlink', at('new-link')], [[at('new-link'), 'make_sym']]],
    [['unlink', at('unwanted')], [[at('unwanted'), 'remove_file']]],
    [['rmdir', at('hollow')], [[at('hollow'), 'remove_dir']]],
  ];
}

describe.skipIf(missing('linux', 'root', 'landlock7'))('allows', () => {
  let launch: Awaited<ReturnType<typeof compile>>;
  const seed = Math.floor(Math.random() * 2 ** 31);
  const answers = { yes: 0, no: 0 };

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
      for (const name of ['file', 'unwanted', 'shared']) writeFileSync(`${folder}/${name}`, 'content');
      copyFileSync(probePath(), `${folder}/program`);
      // Links lead to the folder made before, so what decides is often somewhere else.
      const other = folders[Math.max(0, index - 1)] ?? folder;
      symlinkSync(`${other}/file`, `${folder}/to-file`);
      symlinkSync(other, `${folder}/to-folder`);
      symlinkSync(`${other}/unborn-${index}`, `${folder}/dangling`);
      linkSync(`${other}/shared`, `${folder}/hard`);
      for (const name of ['', '/hollow', '/file', '/unwanted', '/shared', '/program']) {
        chownSync(`${folder}${name}`, nobody.uid, nobody.gid);
      }
    }
    return folders;
  }

  function policyOf({ rules, handled }: Case, folders: readonly string[]): LandlockPolicy {
    const names: Readonly<Record<Kind, string>> = {
      folder: '',
      // Removing it is for the folder above to allow, so a rule for itself must not help.
      'empty folder': '/hollow',
      file: '/file',
      'link to folder': '/to-folder',
      'link to file': '/to-file',
      'hard link': '/hard',
    };
    const onFile = new Set<FsRight>(['execute', 'write_file', 'read_file', 'truncate']);
    const granted = new Map<string, PathRule>();
    for (const rule of rules) {
      const target = `${folders[rule.at % folders.length]}${names[rule.kind]}`;
      const isFolder = rule.kind.endsWith('folder');
      const useful = rule.rights.filter((right) => handled.includes(right) && (isFolder || onFile.has(right)));
      if (useful.length > 0) granted.set(target, path(target, useful));
    }
    const tools = (['execute', 'read_file'] as const).filter((right) => handled.includes(right));
    const probe = tools.length > 0 ? [path(probePath(), tools)] : [];
    return policy({ abi: 7, handle: handled, paths: [...granted.values(), ...probe] });
  }

  /** What the dry run says to all that an attempt needs; a path that leads nowhere fails before any rule is asked. */
  function outcomeOf(rules: LandlockPolicy, needs: Trial[1]): string {
    try {
      return needs.every(([file, right]) => allows(rules, { path: file, right }).allowed) ? 'OK' : 'EACCES';
    } catch (error) {
      return (error as { readonly errno?: string }).errno ?? String(error);
    }
  }

  async function compare(random: Case): Promise<void> {
    using root = temporaryFolder();
    const folders = build(root.path, random.folders);
    const rules = policyOf(random, folders);
    const trials = folders.flatMap(trialsIn);
    // Asked before anything is tried, since what is tried changes the tree.
    const expected = trials.map(([, needs]) => outcomeOf(rules, needs));
    const record = root.file('record');
    writeFileSync(record, plan(rules, support()).record, { mode: 0o644 });
    const attempts = trials.map(([attempt]) => attempt);
    const args = [record, probePath(), ...probeArguments(attempts)];
    const { stdout, stderr } = await runProgram(launch.program, args, nobody);
    expect(stderr).toBe('');
    const actual = parseProbe(stdout, attempts.length).map(({ outcome }) => outcome);
    const told = attempts.map((attempt, index) => `${attempt.join(' ')}: ${expected[index]}`);
    expect(attempts.map((attempt, index) => `${attempt.join(' ')}: ${actual[index]}`)).toEqual(told);
    for (const answer of expected) answers[answer === 'OK' ? 'yes' : 'no']++;
  }

  it(`agrees with the kernel for random trees and rules (seed ${seed})`, async () => {
    await fc.assert(fc.asyncProperty(cases, compare), { seed, numRuns: 80, interruptAfterTimeLimit: 15_000 });
    // Neither answer is rare: a dry run that always says the same would be found out.
    expect(answers.yes).toBeGreaterThan(500);
    expect(answers.no).toBeGreaterThan(500);
    console.log(`${answers.yes} allowed, ${answers.no} denied, seed ${seed}`);
  });
});
