/** Folders and locks for whoever writes what a worker downloads: for programs with a worker of their own. */
export { openCertificates } from './certificates.js';
export { FetcherError } from './errors.js';
export { Folder } from './folder.js';
export { lockFile } from './lock.js';
