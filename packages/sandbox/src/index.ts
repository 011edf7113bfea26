export type { SandboxPackageErrorCode } from './errors.js';
export { launch, type Launched, type StdioEntry } from './launch.js';
export { encodeProcess, joinRecords, type ProcessRecord, type RlimitName, rlimitNumbers } from './process-record.js';
export { type LauncherStatus, parseStatus } from './status.js';
