/** Folders, locks and certificates for whoever writes what a worker downloads: for programs that own their file. */
export { openCertificates } from './disk/certificates.js';
export { Destination } from './disk/destination.js';
export { asFileError, FetcherError } from './errors/fetcher-error.js';
export type { Finish } from './disk/finish.js';
export { hasFormat, otherFormat } from './values/magic.js';
export { openFolder } from './disk/open-folder.js';
export { type FileLock, lockFile } from './disk/lock.js';
export { openSourceFile } from './disk/source-file.js';
export { believable } from './values/file-time.js';
