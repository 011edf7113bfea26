import type { SandboxOptions } from '@sb/sandbox';

/** What may be said of the sandbox of a fetcher's workers. */
export type WorkerSandbox = Pick<
  SandboxOptions,
  'privateGroup' | 'require' | 'prefer' | 'off' | 'landlock' | 'seccomp'
>;

/** What may be said of the sandbox of the worker of one file. */
export type OneFileSandbox = WorkerSandbox & Pick<SandboxOptions, 'user'>;
