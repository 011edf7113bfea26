export { filesClause, type FilesErrorCode, isFilesError } from './errors.js';
export { Folder } from './folder.js';
export { NewFolder, type Owner } from './new-folder.js';
export { openOutput } from './output.js';
export { effectiveUser, isRoot } from './own-user.js';
export { openTrusted } from './trusted-path.js';
export { openTrustedFile, readTrustedFile } from './trusted-file.js';
export { type Judge, walk, type Waypoint } from './walk.js';
