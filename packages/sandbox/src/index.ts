export type { SandboxedProcess } from './child.js';
export type { Command } from './command.js';
export { definePolicy } from './define.js';
export type { SandboxReport } from './enforcement.js';
export type { SandboxPackageErrorCode } from './errors.js';
export type {
  Access,
  FilesystemPreset,
  LandlockChoice,
  RlimitValue,
  SandboxOptions,
  SandboxPolicy,
  SandboxUser,
  ShortRule,
} from './options.js';
export type { SandboxPlan } from './plan.js';
export type { RlimitName } from './process-record.js';
export { createSandbox } from './sandbox.js';
export type { SandboxStdio } from './stdio.js';
export type { Verified } from './verify.js';
export type { SelfTestLine } from './self-test/result.js';
export type { SelfTest } from './self-test/self-test.js';
export type { Sandbox, SandboxSpawnOptions } from './types.js';
export { restrictSelf, type RestrictSelfOptions, type SelfReport } from './restrict-self.js';
