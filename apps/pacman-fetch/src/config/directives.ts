/**
 * How pacman reads a directive of `[options]`:
 *
 * - `switch`: without a value; with a value it is not recognized
 * - `first`, `last`: one value; the first or the last line wins
 * - `list`: the words of all lines; `cleanMethod`, `architecture`: only certain words
 * - `number`: a positive number; the last line wins
 * - `sigLevel`: the words of all lines, added up
 */
export type DirectiveKind =
  | 'switch'
  | 'first'
  | 'last'
  | 'list'
  | 'architecture'
  | 'cleanMethod'
  | 'number'
  | 'sigLevel';

/** Every directive of `[options]`, in the order in which pacman-conf prints them (pacman.conf(5), pacman 7). */
export const optionDirectives = {
  RootDir: 'first',
  DBPath: 'first',
  CacheDir: 'list',
  HookDir: 'list',
  GPGDir: 'first',
  LogFile: 'first',
  DownloadUser: 'first',
  HoldPkg: 'list',
  IgnorePkg: 'list',
  IgnoreGroup: 'list',
  NoUpgrade: 'list',
  NoExtract: 'list',
  Architecture: 'architecture',
  XferCommand: 'last',
  UseSyslog: 'switch',
  Color: 'switch',
  CheckSpace: 'switch',
  VerbosePkgLists: 'switch',
  DisableDownloadTimeout: 'switch',
  ILoveCandy: 'switch',
  NoProgressBar: 'switch',
  DisableSandbox: 'switch',
  // Since 7.1.
  DisableSandboxFilesystem: 'switch',
  DisableSandboxSyscalls: 'switch',
  ParallelDownloads: 'number',
  CleanMethod: 'cleanMethod',
  SigLevel: 'sigLevel',
  LocalFileSigLevel: 'sigLevel',
  RemoteFileSigLevel: 'sigLevel',
} as const satisfies Readonly<Record<string, DirectiveKind>>;

/** Name of a directive of `[options]`. */
export type OptionName = keyof typeof optionDirectives;

/** The names, in their order. */
export const optionNames = Object.keys(optionDirectives) as OptionName[];

/** Directives of a repository, in the order in which pacman-conf prints them. */
export const repositoryDirectives = ['Usage', 'SigLevel', 'CacheServer', 'Server'] as const;

/** Name of a directive of a repository. */
export type RepositoryDirective = (typeof repositoryDirectives)[number];
