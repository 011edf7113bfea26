import type { SandboxOptions } from '@sb/sandbox';

/** What may be said of the sandbox of a fetcher's workers. */
export type WorkerSandbox = Pick<
  SandboxOptions,
  'privateGroup' | 'require' | 'prefer' | 'off' | 'landlock' | 'seccomp'
>;

/** What may be said of the sandbox of a single download's worker. */
export type SingleSandbox = WorkerSandbox & Pick<SandboxOptions, 'user'>;
