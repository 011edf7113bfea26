import { dirname, isAbsolute, relative as relativePath, resolve } from 'node:path';

import { escaped, isSandboxError } from '@sb/core';
import { filesClause, isFilesError, replaceFile } from '@sb/files';

import { verbOf } from './denial-verb.js';
import { denied } from './exit-status.js';
import { complain, print } from './output.js';
import { misuse } from './usage-error.js';
import type { Arguments } from './arguments.js';
import { shellWord } from '../export/shell-word.js';
import { neverWhole } from '../denials/whole-directories.js';
import { credentialPaths, homesOf, realOf } from '../grant/homes.js';
import { type Attempt, learn, type Lessons } from '../learn/learn.js';
import type { Bounds } from '../learn/learnable.js';
import { isBeneath, type Learned, withLearned } from '../learn/learned.js';
import { descendantsName } from '../plan/descendants.js';
import { privdropOf } from '../plan/layers.js';
import { absolutePath } from '../policy/absolute-path.js';
import { definePolicy } from '../policy/define.js';
import { defaultEnvironment } from '../policy/environment.js';
import { levelsOf } from '../policy/levels.js';
import type { SandboxPolicy } from '../policy/options.js';
import { devices, programs, sink, system } from '../profile/places.js';
import { createSandbox } from '../sandbox.js';

/**
 * Learns what the command needs in addition to the sandbox of the command line, and writes a policy.
 *
 * @param args - the command line
 * @param policy - where learning begins
 * @param command - is run many times, without input
 * @returns the exit status
 * @throws UsageError; SandboxError if it cannot be started at all
 */
export async function learnFrom(args: Arguments, policy: SandboxPolicy, command: readonly string[]): Promise<number> {
  const file = args.one('learn') ?? '';
  const unused = (['report', 'denials'] as const).find((name) => args.has(name));
  if (unused !== undefined) misuse(`--${unused} cannot be combined with --learn`, `Leave --${unused} out.`);
  if (file === '-') misuse('--learn=- names no file', 'Write --learn for standard output, or ./- for that name.');
  const last: LastRun = { said: '', lacksLoader: false };
  const bounds = boundsFrom(args, policy);
  const lessons = await learn((learned) => runOnce(policy, learned, { command, last }), bounds);
  for (const line of linesOf(lessons)) complain(line);
  if (!lessons.passed) {
    if (last.said !== '') complain(`its last words were: ${last.said.trimEnd()}`);
    return denied;
  }
  await write(policy, lessons.learned, { file, homes: bounds.homes });
  if (file !== '' && isWritten(resolve(file), lessons.learned))
    complain(
      `${shellWord(file)} lies where the command may write, so it could change its own policy: name another file`,
    );
  return 0;
}

/** Whether a policy grants writing to its own file. */
function isWritten(file: string, learned: readonly Learned[]): boolean {
  const path = realOf(file);
  return learned.some((one) => 'path' in one && one.access.includes('w') && isBeneath(path, one.path));
}

interface LastRun {
  /** The end of what it wrote to standard error. */
  said: string;
  /** Whether a run had no loader: rules for it are there since then. */
  lacksLoader: boolean;
}

/** The most characters of it. */
const mostSaid = 2000;

/** No process may be left that changes a path after it was examined for the next run. */
function policyOfRun(policy: SandboxPolicy, learned: readonly Learned[]): SandboxPolicy {
  const require = new Set([...(policy.require ?? []), descendantsName]);
  return definePolicy({ ...withLearned(policy, learned), require: [...require] });
}

async function runOnce(
  policy: SandboxPolicy,
  learned: readonly Learned[],
  { command, last }: { readonly command: readonly string[]; readonly last: LastRun },
): Promise<Attempt> {
  const [program = '', ...words] = command;
  const sandbox = createSandbox(policyOfRun(policy, learned));
  const child = sandbox.spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], denials: true });
  last.said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    last.said = `${last.said}${text}`.slice(-mostSaid);
  });
  // The promise of enforcement carries the same error.
  child.on('error', () => undefined);
  const closed = new Promise<number | null>((end) => {
    child.once('close', end);
  });
  const failure: unknown = await child.enforcement.then(
    () => undefined,
    (error: unknown) => error,
  );
  const code = failure === undefined ? await closed : null;
  await child.denials?.ended;
  const all = child.denials?.all ?? [];
  // A program that may not be executed yet was not started: that is a lesson as well.
  const isForbidden = isSandboxError(failure) && failure.code === 'not-executable';
  const lacksLoader = isForbidden && all.length === 0 && !last.lacksLoader;
  if (failure !== undefined && all.length === 0 && !isForbidden) throw failure;
  last.lacksLoader ||= lacksLoader;
  complain(`run with ${learned.length} rules: ${code === 0 ? 'passed' : 'failed'}, ${all.length} different denials`);
  return { passed: code === 0, denials: all, lacksLoader };
}

/** A supervisor reports paths without links. */
function boundsFrom(args: Arguments, policy: SandboxPolicy): Bounds {
  const named = args.all('learn-within').map((path) => realOf(absolutePath(path)));
  const user = privdropOf(policy, levelsOf(policy));
  const { HOME: home = '' } = policy.env ?? defaultEnvironment(user);
  const known = [...homesOf(policy.user), ...(isAbsolute(home) ? [home] : [])];
  const homes = [...new Set(known.map(realOf))];
  const here = realOf(absolutePath(policy.cwd ?? ''));
  const usual = [...programs.paths, ...system.paths, ...devices.paths, ...sink.paths].map(realOf);
  // Only by name a whole home directory is granted, whose files start programs, such as .bashrc, or one of the machine.
  const isWhole = [...homes, ...neverWhole, ...usual].some((path) => isBeneath(path, here));
  const own = named.length > 0 ? named : isWhole ? [] : [here];
  return {
    within: named.length > 0 ? named : [...usual, ...own],
    own,
    uid: user?.uid ?? process.getuid?.() ?? 0,
    homes,
    secrets: credentialPaths(known),
    began: Date.now(),
    hasTmp: policy.tmp !== undefined,
  };
}

/** The most lines about what was not learned. */
const mostRefused = 10;

function linesOf({ learned, passed, isMinimal, dropped, refused, runs }: Lessons): readonly string[] {
  const back = dropped.map(([path, why]) => `taken back: ${shellWord(path)}, since ${why}`);
  const rules = learned.map((one) => `learned: ${optionOf(one)} (${one.count} denials)`);
  const others = refused
    .slice(0, mostRefused)
    .map(([denial, why]) => `not learned: ${verbOf(denial)} ${nameOf(denial)}, since ${why}`);
  const end = passed
    ? `${runs} runs: the command passes with these ${learned.length} rules${isMinimal === true ? ', and fails without any one of them' : '; not each was left out alone, since there are too many'}`
    : `${runs} runs: ${dropped.length > 0 ? 'what was learned may not be granted any more' : 'the command fails with everything that may be learned'}, so no policy was written`;
  return [...rules, ...back, ...others, end];
}

function nameOf({ path, port, target, call }: Lessons['refused'][number][0]): string {
  return path === undefined ? String(port ?? target ?? call) : shellWord(path);
}

function optionOf(one: Learned): string {
  if ('tmp' in one) return '--tmp';
  if ('net' in one) return `--${one.net === 'connectTcp' ? 'connect-tcp' : 'bind-tcp'} ${one.port}`;
  return `--${one.access} ${shellWord(one.path)}`;
}

/** The home directory that a directory is in; the directory itself if none is. A user without a home directory has `/`. */
function topOf(folder: string, homes: readonly string[]): string {
  return homes.find((home) => home !== '/' && isBeneath(folder, home)) ?? folder;
}

/**
 * What lies beneath the directory of the file becomes relative to it, as the file is read (policy-file.ts). If that directory is
 * in the home directory, what lies in the home directory does as well: so the policy holds in another one, at the same place.
 */
function relativeTo(folder: string, learned: readonly Learned[], homes: readonly string[]): readonly Learned[] {
  // Through a link, `..` would lead elsewhere than its text says.
  const top = realOf(folder) === folder ? topOf(folder, homes) : folder;
  return learned.map((one) =>
    'path' in one && top !== '/' && isBeneath(one.path, top)
      ? { ...one, path: relativePath(folder, one.path) || '.' }
      : one,
  );
}

async function write(
  policy: SandboxPolicy,
  learned: readonly Learned[],
  where: { readonly file: string; readonly homes: readonly string[] },
) {
  const { file, homes } = where;
  const rules = file === '' ? learned : relativeTo(dirname(resolve(file)), learned, homes);
  const text = `${JSON.stringify(definePolicy(withLearned(policy, rules)), undefined, 2)}\n`;
  if (file === '') {
    await print(text);
    return;
  }
  try {
    // It may have an environment with secrets.
    replaceFile(file, Buffer.from(text), 0o600);
  } catch (error) {
    if (!isFilesError(error) || !isSandboxError(error)) throw error;
    misuse(escaped(filesClause(error)), error.hint ?? 'Name another file for --learn.');
  }
}
