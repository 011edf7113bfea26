/* Each takes something away from the self-test; the test that notices is named beside it. */
import { change, type Mutant, without } from '@sb/test-kit/mutation';

const result = (test: string): Mutant['red'] => ['src/self-test/result', test];
const files = (test: string): Mutant['red'] => ['src/self-test/bait-files', test];
const answers = (test: string): Mutant['red'] => ['src/self-test/self-test', test];
const inForce = (test: string): Mutant['red'] => ['test/enforcement/self-test', test];

/** What an answer comes to. */
const results = [
  change(
    'what was expected',
    'self-test/result',
    'seen !== expected || seen === nothing',
    'seen === nothing',
    result('with EACCES, and ends with OK inside and OK outside'),
  ),
  change(
    'a probe that says nothing',
    'self-test/result',
    'seen !== expected || seen === nothing',
    'seen !== expected',
    result('and ends with nothing inside and nothing outside'),
  ),
  change(
    'a denial of something else',
    'self-test/result',
    "'EPERM', 'EACCES', 'ENOENT'",
    "'EACCES', 'ENOENT'",
    result('with EACCES, and ends with EACCES inside and EPERM outside'),
  ),
  change(
    'nothing that could be denied',
    'self-test/result',
    "'EPERM', 'EACCES', 'ENOENT'",
    "'EPERM', 'EACCES'",
    result('with EACCES, and ends with EACCES inside and ENOENT outside'),
  ),
  change(
    'the same without the sandbox',
    'self-test/result',
    'control === denied || ',
    '',
    result('with ENOSYS, and ends with ENOSYS inside and ENOSYS outside'),
  ),
  without(
    'an attempt without the sandbox',
    'self-test/result',
    "if (control === nothing) return 'it was not attempted without the sandbox';",
    result('with EACCES, and ends with EACCES inside and nothing outside'),
  ),
  change(
    'a line that failed',
    'self-test/self-test',
    "has('passed') && !has('failed')",
    "has('passed')",
    inForce('is red where landlock is missing inside'),
  ),
  change(
    'a line that passed',
    'self-test/self-test',
    "has('passed') && !has('failed')",
    "!has('failed')",
    answers('does not pass where all is denied without a sandbox too'),
  ),
];

/** Whose answers they are. */
const speakers = [
  change(
    'how a probe ends',
    'self-test/self-test',
    'isWhole && (await closed) === 0',
    'isWhole',
    answers('does not pass if the probe ends by a signal'),
  ),
  change(
    'how much a probe says',
    'self-test/self-test',
    'lines.length === attempts.length && attempts',
    'attempts',
    answers('does not pass if the probe says a line more'),
  ),
  change(
    'of what a probe says it',
    'self-test/self-test',
    'lines[at]?.[0] === one.operation[0]',
    'lines[at] !== undefined',
    answers('does not pass where all was said by another one'),
  ),
];

/** What is attempted, and as whom. */
const attempts = [
  change(
    'files by an open folder without the sandbox',
    'self-test/self-test',
    'throughFolder(attempt, files.folder, folder)',
    'attempt.operation',
    answers('touches no file as root'),
  ),
  change(
    'files as the user without the sandbox',
    'self-test/attempts',
    "layer: 'landlock', feature, control: 'user'",
    "layer: 'landlock', feature, control: 'caller'",
    answers('touches no file as root'),
  ),
  without(
    'whether the user is gone',
    'self-test/attempts',
    "attempt('user', 'is-euid', 0),",
    answers('attempts the loss of each id'),
  ),
  without(
    'whether the group is gone',
    'self-test/attempts',
    "attempt('group', 'has-group', 0),",
    answers('attempts the loss of each id'),
  ),
  change(
    'what Landlock denies',
    'self-test/attempts',
    "denied: allowed ? undefined : 'EACCES'",
    'denied: undefined',
    inForce('passes for {}'),
  ),
  change(
    'what Landlock allows',
    'self-test/attempts',
    "denied: allowed ? undefined : 'EACCES'",
    "denied: 'EACCES'",
    inForce('is attempted as the user of the sandbox outside too'),
  ),
  change(
    'the filter that denies in the place of another layer',
    'self-test/attempts',
    'if (denied !== undefined) return { ...attempt',
    'if (denied === null) return { ...attempt',
    inForce('names the filter where it is the filter'),
  ),
  without(
    'clearing what the control has made',
    'self-test/self-test',
    'files.clear();',
    inForce('is attempted as the user of the sandbox outside too'),
  ),
];

/** What is laid out. */
const bait = [
  change(
    'a folder of ours',
    'self-test/bait-files',
    'openTo(0o755)',
    'openTo(0o777)',
    files('are root’s, and the user may write'),
  ),
  change(
    'a program of ours',
    'self-test/bait-files',
    "name: 'program', mode: 0o755",
    "name: 'program', mode: 0o777",
    files('are root’s, and the user may write'),
  ),
  change(
    'a file of ours',
    'self-test/bait-files',
    'giveTo(owner, ({ uid, gid }) => fchownSync(descriptor, uid, gid));',
    'giveTo(owner, ({ gid }) => fchownSync(descriptor, gid, gid));',
    files('are root’s, and the user may write'),
  ),
  change(
    'the way to the temporary folder',
    'self-test/bait-files',
    '`${resolve(tmpdir())}/.`',
    'resolve(tmpdir())',
    files('are not made in a directory that is another user’s'),
  ),
  change(
    'removing it',
    'self-test/bait-files',
    'removeAll(() => this.#outer.removeAll());',
    'void this.#outer;',
    files('go, with what the user has made'),
  ),
];

export const selfTestMutants = [...results, ...speakers, ...attempts, ...bait];
