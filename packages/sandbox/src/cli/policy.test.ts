/* Every option of the table does something: what it says changes the policy, or what is done with it. */
import { temporaryFolder } from '@sb/test-kit';
import { closeSync, openSync, writeFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parseArguments } from './arguments.js';
import { type OptionName, optionNames } from './options.js';
import { policyFrom } from './policy.js';

/** A use of each option that describes the sandbox; those that don't say what is to be done with it, and have tests of their own. */
const uses: Readonly<Record<OptionName, readonly string[] | 'what is done'>> = {
  user: ['--user', '65534'],
  groups: ['--user', '65534', '--groups', '7'],
  caps: ['--caps', 'off'],
  profile: ['--profile', 'project'],
  'list-profiles': 'what is done',
  fs: ['--fs', 'minimal'],
  ro: ['--ro', '/usr'],
  rx: ['--rx', '/usr'],
  rw: ['--rw', '/usr'],
  rwx: ['--rwx', '/usr'],
  'ro?': ['--ro?', '/usr'],
  'rx?': ['--rx?', '/usr'],
  'rw?': ['--rw?', '/usr'],
  'rwx?': ['--rwx?', '/usr'],
  'connect-tcp': ['--connect-tcp', '443'],
  'bind-tcp': ['--bind-tcp', '80'],
  scope: ['--scope', 'signal'],
  unix: ['--unix', '/run/x'],
  ipc: ['--ipc'],
  seccomp: ['--seccomp', 'allow-all'],
  deny: ['--deny', 'ptrace'],
  allow: ['--allow', 'ptrace'],
  rlimit: ['--rlimit', 'nofile=64'],
  memory: ['--memory', '512M'],
  pids: ['--pids', '50'],
  cpu: ['--cpu', '50%'],
  env: ['--env', 'A=b'],
  tmp: ['--tmp'],
  'tmp-home': ['--tmp', '--tmp-home'],
  cwd: ['--cwd', '/usr'],
  umask: ['--umask', '077'],
  'keep-fd': ['--keep-fd', 'DESCRIPTOR'],
  'no-new-session': ['--no-new-session'],
  policy: ['--policy', 'FILE'],
  require: ['--require', 'landlock'],
  prefer: ['--prefer', 'landlock'],
  off: ['--off', 'landlock'],
  shell: 'what is done',
  report: 'what is done',
  denials: 'what is done',
  learn: 'what is done',
  'learn-within': 'what is done',
  compile: 'what is done',
  export: 'what is done',
  'dry-run': 'what is done',
  explain: 'what is done',
  why: 'what is done',
  json: 'what is done',
  'self-test': 'what is done',
  completion: 'what is done',
  version: 'what is done',
  help: 'what is done',
};

const policyOf = (words: readonly string[]): string =>
  JSON.stringify(policyFrom(parseArguments([...words, '--', 'true'])));

describe('an option of sb-run', () => {
  it('has a use here, and each use an option', () => {
    expect(Object.keys(uses).toSorted()).toEqual([...optionNames].toSorted());
  });

  it.each(optionNames.filter((name) => uses[name] !== 'what is done'))('--%s changes the policy', (name) => {
    using folder = temporaryFolder();
    const file = folder.file('policy.json');
    writeFileSync(file, '{ "ipc": true }');
    const descriptor = openSync(file, 'r');
    const given: Readonly<Record<string, string>> = { FILE: file, DESCRIPTOR: String(descriptor) };
    const words = [...(uses[name] as readonly string[])].map((word) => given[word] ?? word);
    const at = words.indexOf(`--${name}`);
    const changed = policyOf(words);
    expect(changed).not.toBe(policyOf(words.slice(0, at)));
    expect(policyOf(words)).toBe(changed);
    closeSync(descriptor);
  });
});
