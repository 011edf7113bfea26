import type { Options } from '@sb/cli-kit';

/** Every option of sb-seccomp. Parsing, the help's test and the completions read this one table. */
export const options = {
  machine: { value: 'MACHINE', about: 'machine of the program', words: ['x86_64', 'aarch64', 'riscv64'] },
  arch: { value: 'ARCH', about: 'architecture of the call', words: ['x86_64', 'i386', 'aarch64', 'riscv64'] },
  expect: {
    value: 'RELATION',
    repeatable: true,
    about: 'exit with 0 for this relation',
    words: ['equal', 'alike', 'subset', 'superset', 'overlap', 'disjoint'],
  },
  runtime: { value: 'RUNTIME', about: 'who loads the profile', words: ['runc', 'crun'] },
  caps: { value: 'CAPS', about: 'capabilities of the container' },
  json: { about: 'print the answer as JSON' },
  completion: { value: 'SHELL', about: 'print a completion script', words: ['bash', 'zsh', 'fish'] },
  version: { about: 'print the version' },
  help: { short: 'h', about: 'print the help' },
} as const satisfies Options;

/** Name of an option, without its dashes. */
export type OptionName = keyof typeof options;

/** The commands, what they do, and their options in addition to `json`. */
export const commands = {
  explain: { about: 'list the filter of a policy with its rules', takes: [] },
  simulate: { about: 'show the answer to a call', takes: ['arch'] },
  lint: { about: 'find mistakes in a valid policy', takes: [] },
  compare: { about: 'show how two filters relate, for every call', takes: ['machine', 'expect'] },
  import: { about: 'print the policy of an oci, systemd or bpf file', takes: ['machine', 'runtime', 'caps'] },
  export: { about: 'print a policy as a profile or as settings of a unit', takes: ['machine'] },
  disasm: { about: 'list the instructions of a program, or of a process', takes: ['machine'] },
} as const satisfies Readonly<Record<string, { readonly about: string; readonly takes: readonly OptionName[] }>>;

/** Name of a command. */
export type CommandName = keyof typeof commands;

/** The names of all commands, in the order of the help. */
export const commandNames = Object.keys(commands) as readonly CommandName[];
