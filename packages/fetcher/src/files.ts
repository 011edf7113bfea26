/** Folders, locks and certificates for whoever writes what a worker downloads: for programs that own their file. */
export { openCertificates } from './certificates.js';
export { Destination } from './destination.js';
export { asFileError, FetcherError } from './errors.js';
export type { Finish } from './finish.js';
export { openFolder } from './open-folder.js';
export { type FileLock, lockFile } from './lock.js';
export { openSourceFile } from './source-file.js';
