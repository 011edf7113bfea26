import type { Option, Options } from '@sb/cli-kit';

const path = (about: string): Option => ({ value: 'PATH', repeatable: true, about, names: 'file' });
const port = (about: string): Option => ({ value: 'PORT', repeatable: true, about, offers: ['none', 'any'] });
const layers = ['privdrop', 'caps', 'landlock', 'seccomp'] as const;
const level = (about: string, offers: readonly string[]): Option => ({
  value: 'LAYER[.FEATURE]',
  repeatable: true,
  about,
  offers,
});

/**
 * Every option of sb-run. Parsing, the test of the help, and the completions read this table. It imports no layer, so
 * that `--help` loads none; a test compares its words with those of the layers.
 */
export const options = {
  user: {
    value: 'NAME[:GROUP]',
    about: 'run as this user',
    more: 'A number is an id. Only root can switch to another user',
    names: 'user',
  },
  groups: { value: 'LIST', about: 'supplementary groups', offers: ['none', 'initgroups'], names: 'group' },
  caps: { value: 'LIST', about: 'capabilities that the command has', offers: ['none', 'off'] },
  profile: {
    value: 'NAME',
    about: 'grant what a kind of work needs, options add to it',
    words: ['read', 'project', 'build', 'convert', 'client', 'server', 'none'],
    more: 'Without one it is read. None grants credentials',
  },
  'list-profiles': { about: 'print what each profile grants' },
  fs: {
    value: 'PRESET',
    about: 'which files are accessible, instead of a profile',
    words: ['read-only', 'minimal', 'none'],
  },
  ro: path('grant reading beneath a path'),
  rx: path('grant reading and executing beneath a path'),
  rw: path('grant reading and writing beneath a path'),
  rwx: path('grant reading, writing and executing beneath a path'),
  // In zsh and fish a question mark is a pattern, and must be quoted.
  'ro?': path('the same if the path exists'),
  'rx?': path('the same if the path exists'),
  'rw?': path('the same if the path exists'),
  'rwx?': path('the same if the path exists'),
  'connect-tcp': port('connect to this TCP port only'),
  'bind-tcp': port('bind this TCP port only'),
  scope: {
    value: 'LIST',
    about: 'what cannot cross the boundary of the sandbox',
    offers: ['none', 'signal', 'abstract_unix_socket'],
  },
  unix: {
    value: 'PATH|any',
    repeatable: true,
    about: 'grant unix sockets at or beneath a path, or any',
    offers: ['any'],
    names: 'file',
  },
  ipc: { about: 'grant System V and POSIX queues, memory, semaphores' },
  seccomp: {
    value: 'PRESET|FILE',
    about: 'filter system calls by a preset, or by a policy in JSON',
    offers: ['deny-dangerous', 'network-client', 'network-client-running', 'allow-all', 'deny-all', 'off'],
    names: 'file',
  },
  deny: { value: 'LIST', repeatable: true, about: 'deny system calls and @groups too' },
  allow: { value: 'LIST', repeatable: true, about: 'allow system calls and @groups too' },
  rlimit: {
    value: 'NAME=VALUE',
    repeatable: true,
    about: 'set a limit, soft and hard',
    more: 'NAME is that of the kernel: nofile, as, cpu',
  },
  memory: {
    value: 'SIZE',
    about: 'the most memory of all its processes together',
    more: 'A size may end with K, M, G or T',
  },
  pids: { value: 'N', about: 'the most processes and threads' },
  cpu: { value: 'PERCENT', about: 'the most processor time, 100 percent is one processor' },
  env: {
    value: 'NAME[=VALUE]',
    repeatable: true,
    about: 'add to the environment',
    more: 'Without a value it is that of the caller',
  },
  tmp: {
    value: 'memory',
    optionalValue: true,
    about: 'a private temporary directory, or one in memory, as TMPDIR',
    words: ['memory'],
  },
  'tmp-home': { about: 'HOME beside the private temporary directory' },
  cwd: { value: 'DIR', about: 'working directory', names: 'folder' },
  umask: { value: 'OCTAL', about: 'file mode creation mask' },
  'keep-fd': { value: 'N', repeatable: true, about: 'keep a descriptor open' },
  // The command then shares the terminal: only the filter prevents it from typing there (TIOCSTI, tty_ioctl(4)).
  'no-new-session': { about: 'stay in this session, with its terminal' },
  shell: {
    short: 'c',
    value: 'LINE',
    about: 'run a line of the shell, with the command as its arguments',
    more: 'They are $1 and so on',
  },
  policy: { value: 'FILE', about: 'start from a policy in JSON', names: 'file' },
  require: level('enforce this or run nothing', ['process', ...layers]),
  prefer: level('enforce this if possible', ['process', ...layers]),
  off: level('switch this off', layers),
  report: {
    value: 'FILE',
    optionalValue: true,
    about: 'report what is in force, as JSON',
    more: 'Without a file it goes to standard error',
    names: 'file',
  },
  denials: {
    value: 'FILE',
    optionalValue: true,
    about: 'say at the end what was denied, and what would allow it',
    more: 'With a file it gets one line of JSON for each. Calls that name files then take some microseconds longer',
    names: 'file',
  },
  learn: {
    value: 'FILE',
    optionalValue: true,
    about: 'run the command many times, and write a policy with what it needs',
    more: 'Without a file it goes to standard output. Only files and TCP ports are learned',
    names: 'file',
  },
  'learn-within': path('learn only files beneath a path'),
  compile: { value: 'FILE', about: 'write the sandbox to a file for sb-exec, run nothing', names: 'file' },
  export: {
    value: 'ENGINE',
    about: 'print the sandbox for another engine, run nothing',
    words: ['oci', 'kubernetes', 'systemd', 'docker', 'bwrap'],
    more: 'What the engine does not enforce goes to standard error',
  },
  'dry-run': { about: 'print the plan, run nothing' },
  explain: { about: 'print the policy in plain words, run nothing' },
  why: {
    value: 'ATTEMPT',
    repeatable: true,
    about: 'say whether an attempt is allowed, and what would allow it, run nothing',
    more: "For instance 'write /etc/hosts', 'connect 443', 'connect @name', 'call ptrace'",
    offers: ['read', 'write', 'execute', 'make', 'remove', 'rename', 'link', 'connect', 'bind', 'call'],
  },
  json: { about: 'print the answers of --why as JSON, one a line' },
  'self-test': { about: 'attempt from inside what the policy forbids' },
  completion: { value: 'SHELL', about: 'print a completion script', words: ['bash', 'zsh', 'fish'] },
  version: { about: 'print the version' },
  help: { short: 'h', about: 'print the help' },
} as const satisfies Options;

/** Name of an option, without its dashes. */
export type OptionName = keyof typeof options;

/** The names of all options, in the order of the help. */
export const optionNames = Object.keys(options) as OptionName[];

/** Returns an option by its name. */
export function optionOf(name: OptionName): Option {
  return options[name];
}
