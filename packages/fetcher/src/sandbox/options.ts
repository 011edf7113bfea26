import type { SandboxOptions } from '@sb/sandbox';

/** Options of the sandbox of a fetcher's workers. */
export type WorkerSandbox = Pick<
  SandboxOptions,
  'privateGroup' | 'require' | 'prefer' | 'off' | 'landlock' | 'seccomp'
>;

/** Options of the sandbox of the worker of one file. */
export type OneFileSandbox = WorkerSandbox & Pick<SandboxOptions, 'user'>;
