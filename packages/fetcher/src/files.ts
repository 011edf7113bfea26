/** Directories, locks, certificates, limits and a watch, for programs that write what another process downloads. */
export { openCertificates } from './disk/certificates.js';
export { Destination } from './disk/destination.js';
export { asFileError, FetcherError } from './errors/fetcher-error.js';
export type { Finish } from './disk/finish.js';
export { defaultLimits, type Limits } from './values/limits.js';
export { hasFormat, otherFormat } from './values/magic.js';
export { openFolder } from './disk/open-folder.js';
export { type FileLock, lockFile } from './disk/lock.js';
export { openSourceFile } from './disk/source-file.js';
export { StandStillWatch } from './parent/stand-still-watch.js';
export { believable } from './values/file-time.js';
