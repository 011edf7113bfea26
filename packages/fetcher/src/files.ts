/** Folders and locks for whoever writes what a worker downloads: for programs that own their file. */
export { openCertificates } from './certificates.js';
export { FetcherError } from './errors.js';
export { Folder } from './folder.js';
export { type FileLock, lockFile } from './lock.js';
export { effectiveUser } from './own-user.js';
export { openSourceFile } from './source-file.js';
