export { asciiJson } from './ascii-json.js';
export { clockNow } from './clock.js';
export {
  clauseOf,
  type CommonErrorCode,
  type ErrorDetails,
  isSandboxError,
  SandboxError,
  type SandboxErrorFields,
} from './errors.js';
export { type DeniedCall, deniedClause } from './denied-call.js';
export { errnoName, errorCode, systemReason } from './errno.js';
export { escaped, escapedLines } from './escaped.js';
export { defaultOverflowId, type IdMap, type IdRange, isMapped, mayBeStranger, readIdMap } from './id-map.js';
export { type FileCalls, fileCalls, useFileCalls } from './file-calls.js';
export { holdPath, type HoldPathOptions, isRefusedPath } from './hold-path.js';
export { holdsPaths } from './holds-paths.js';
export { listKernelFolder, openKernelFile, readKernelBytes, readKernelFile, readKernelLink } from './kernel-file.js';
export { type Layer, type LayerLevels, type LayerName, type LayerPlan, layerIds, type PlanNeed } from './layer.js';
export { type RequirementLevel, requirementLevels } from './level.js';
export { isFolderLost, lostFolder } from './lost-folder.js';
export { lateOs } from './late-os.js';
export { isMainThread } from './main-thread.js';
export { mountIfKnown, mountOf, noAnswer } from './mount-of.js';
export { NearDirectories } from './near-directories.js';
export { nearest } from './nearest.js';
export { type Missing, missingName, openName, placeIn } from './open-name.js';
export { refuseInspector } from './no-inspector.js';
export { packageVersion } from './package-version.js';
export { loadPrebuild, type NativeFailure, prebuildPath } from './prebuild.js';
export {
  missingPrebuild,
  packageRoot,
  type PrebuildLocation,
  type PrebuildMissing,
  refuseMissingPrebuild,
} from './prebuild-missing.js';
export { lateCrypto, randomNumber } from './random.js';
export { readAll } from './read-all.js';
export {
  encodeRecord,
  encodeU32,
  type RecordFields,
  recordHeaderLength,
  recordMaxLength,
  setRecordLength,
} from './record.js';
export { repeatedKey } from './repeated-key.js';
export {
  type EnforcementReport,
  type EnforcementStatus,
  type FeatureReport,
  type FeatureState,
  reportOf,
} from './report.js';
export {
  isServedMount,
  isServedToRoot,
  mountIn,
  mountsOf,
  type ServingUser,
  servingUserIn,
  userOfMount,
} from './served-mount.js';
export { type FourIds, parseTaskStatus, readAllTasks, readTaskStatus, type TaskStatus } from './task-status.js';
