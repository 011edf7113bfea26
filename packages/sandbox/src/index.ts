export type { SandboxedProcess } from './child/child.js';
export type { ExecFileError, ForkOptions, RunOptions, RunResult } from './child/run-options.js';
export type { ReachedLimit } from './child/reached-limits.js';
export type { Usage } from './child/usage.js';
export type { CompileOptions } from './compile/compile.js';
export type { Exported, ExportGap, ExportTarget, MissingFeature } from './export/exported.js';
export type { Command } from './launch/command.js';
export { type BwrapOptions, type DockerOptions, importBwrap, importDocker } from './import/import-command.js';
export { importUnit } from './import/import-unit.js';
export type { Imported, UnsaidSetting } from './import/imported.js';
export { definePolicy } from './policy/define.js';
export type { SandboxReport } from './child/enforcement.js';
export type { SandboxErrorCode, SandboxPackageErrorCode } from './errors.js';
export { isSandboxError } from './errors.js';
export type {
  Access,
  Environment,
  FilesystemPreset,
  LandlockChoice,
  RlimitValue,
  SandboxOptions,
  SandboxPolicy,
  SandboxUser,
  ShortRule,
  TmpKind,
} from './policy/options.js';
export type { ProfileName } from './profile/profile.js';
export type { SandboxPlan } from './plan/plan.js';
export type { RlimitName } from './policy/rlimits.js';
export { sbExecPath } from './native.js';
export { createSandbox } from './sandbox.js';
export type { SandboxStdio } from './launch/stdio.js';
export type { Verified } from './launch/verify.js';
export type { SelfTestLine } from './self-test/result.js';
export type { SelfTest } from './self-test/self-test.js';
export type { Addition } from './why/addition.js';
export type { SandboxQuestion } from './why/question.js';
export type { Denial, DenialAddition, Denials } from './denials/denial.js';
export type { SandboxAnswer } from './why/why.js';
export type { SandboxSpawnOptions } from './child/spawn-options.js';
export type { ForkStdio, Sandbox } from './types.js';
export { restrictSelf, type SelfReport } from './self/restrict-self.js';
export type { RestrictSelfOptions } from './self/restrict-self-document.js';
