// What is run in each guest: the tests that ask the kernel, by layer.
// @ts-check

/**
 * Left to the ordinary tests is what no kernel decides (pure functions, properties) and what only takes long in an
 * emulated machine (ten thousand rules, four releases of Node).
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const suites = {
  landlock: [
    'packages/landlock/test/enforcement/this-kernel.test.ts',
    'packages/landlock/test/enforcement/generations.test.ts',
    'packages/landlock/test/enforcement/newer.test.ts',
  ],
  seccomp: ['packages/seccomp/test/enforcement/tables.test.ts'],
  caps: ['packages/caps/test/privileged/record.test.ts'],
  privdrop: ['packages/privdrop/test/privileged/record.test.ts'],
  sandbox: [
    'packages/sandbox/test/enforcement/this-kernel.test.ts',
    'packages/sandbox/test/enforcement/cgroup-limits.test.ts',
    'packages/sandbox/test/enforcement/reached-limits.test.ts',
    'packages/sandbox/test/enforcement/cgroup.test.ts',
    'packages/sandbox/test/enforcement/cgroup-places.test.ts',
    'packages/sandbox/test/enforcement/cgroup-systemd.test.ts',
  ],
  'pacman-fetch': ['apps/pacman-fetch/test/enforcement/end-to-end.test.ts', 'apps/pacman-fetch/test/sync/demo.test.ts'],
};

/**
 * Run in addition under `--thorough`, which takes several times as long.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const thorough = {
  landlock: [
    'packages/landlock/test/enforcement/threads.test.ts',
    'packages/landlock/test/enforcement/table.test.ts',
    'packages/landlock/test/enforcement/record.test.ts',
    'packages/landlock/test/enforcement/liar.test.ts',
    'packages/landlock/test/enforcement/kernels.test.ts',
  ],
  // Every call that a preset names: the same on every kernel, and half of a guest's time. Without it a preset is tried
  // by the sandbox's own test.
  seccomp: [
    'packages/seccomp/test/enforcement/presets.test.ts',
    'packages/seccomp/test/enforcement/rules.test.ts',
    'packages/seccomp/test/enforcement/restrict.test.ts',
  ],
  caps: [
    'packages/caps/test/privileged/threads.test.ts',
    'packages/caps/test/enforcement/ordinary.test.ts',
    'packages/caps/test/privileged/regain.test.ts',
  ],
  privdrop: ['packages/privdrop/test/privileged/drop.test.ts', 'packages/privdrop/test/privileged/regain.test.ts'],
  sandbox: [
    'packages/sandbox/test/enforcement/launcher.test.ts',
    'packages/sandbox/test/enforcement/faults.test.ts',
    'packages/sandbox/test/enforcement/denials.test.ts',
    'packages/sandbox/test/enforcement/denials-calls.test.ts',
    'packages/sandbox/test/enforcement/denials-sockets.test.ts',
    'packages/sandbox/test/enforcement/denials-traces.test.ts',
    'packages/sandbox/test/long/oracle.test.ts',
    'packages/sandbox/test/long/attacks.test.ts',
    'packages/sandbox/test/long/unreported.test.ts',
  ],
  'pacman-fetch': ['apps/pacman-fetch/test/enforcement/identity.test.ts'],
};
