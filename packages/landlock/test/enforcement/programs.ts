import { compileC, sanitizers, type TemporaryFolder, temporaryFolder } from '@sb/test-kit';

/** The user whom root's rights can't help: `nobody`. */
export const nobody = { uid: 65_534, gid: 65_534 };

const broadcast = ['../../../native/sb_task_list.c', '../../../native/sb_threads.c'] as const;

/** What applies a record. */
const core = ['landlock', 'climb', 'rule_folders', 'root_place', 'own_proc', 'open_path', 'record'].map(
  (name) => `../../native/${name}.c`,
);

/** How each C program of the tests is built. */
const recipes = {
  /** Without a C library: links only if the core needs none. */
  launch: {
    sources: ['../native/launch.c', ...core],
    flags: ['-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector', '-Wconversion', '-Wl,-z,noexecstack'],
  },
  audit: { sources: ['../native/audit.c'], flags: ['-static'] },
  answer: { sources: ['../native/answer.c'], flags: ['-static'] },
  'new-privs-flag': { sources: ['../native/new-privs-flag.c'], flags: ['-static'] },
  threads: {
    sources: ['../native/threads.c', ...broadcast],
    flags: ['-pthread', '-Wconversion'],
  },
  liar: {
    sources: [
      '../native/liar.c',
      '../../native/above.c',
      ...core,
      '../../native/process.c',
      '../../native/proof.c',
      ...broadcast,
    ],
    flags: ['-pthread', '-Wl,--wrap=sb_landlock_restrict'],
  },
  sanitize: {
    sources: ['../native/sanitize.c', ...core],
    flags: [...sanitizers, '-Wconversion'],
  },
} as const;

/**
 * Compiles a C program of the tests.
 *
 * @param name - which one
 * @param flags - further flags of the compiler
 * @throws Error with what the compiler said
 */
export async function compile(
  name: keyof typeof recipes,
  flags: readonly string[] = [],
): Promise<{ readonly program: string; readonly folder: TemporaryFolder }> {
  const folder = temporaryFolder();
  const program = folder.file(name);
  const { sources, flags: own } = recipes[name];
  await compileC(program, { from: import.meta.url, sources, flags: ['-Wshadow', ...own, ...flags] });
  return { program, folder };
}
