export { columns } from './columns.js';
export { completionFor, type Shell, shells } from './completion/completion.js';
export type { Completable, Completed } from './completion/completable.js';
export type { Option, Options } from './option.js';
export { parseWords, type Usage, type Words } from './parse.js';
