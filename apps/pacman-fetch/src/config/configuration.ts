import { dirname, join } from 'node:path';

import { effectiveUser, lookAtLink } from '@sb/files';

import { checkNames, userProblems } from './names-check.js';
import { mergeOwn, OwnReader, type OwnValues } from './own-reader.js';
import { type PacmanConfig, pacmanConfig } from './pacman-config.js';
import { type Problem, problemText, refuseProblems } from './problem.js';
import { sandboxSettings, type SandboxSettings } from './sandbox-settings.js';
import { type ReadSections, readSections } from './sections.js';
import { underSystemRoot } from './system-root.js';

/** What was read from all files. */
export interface Configuration {
  readonly pacman: PacmanConfig;
  /** Our own directives as they were written. */
  readonly own: OwnValues;
  readonly sandbox: SandboxSettings;
  /** Path of our own file, whether it is there or not. */
  readonly ownFile: string;
  /** What is odd, and stops nothing. */
  readonly warnings: readonly string[];
}

/** Where to read it. */
export interface ConfigurationOptions {
  /** Path of pacman.conf. Default: {@link defaultConfig}. */
  readonly config?: string | undefined;
  /** `--rootdir`, for the paths that follow from it. */
  readonly rootDir?: string | undefined;
  /** `--arch`, which comes before Architecture. */
  readonly architecture?: string | undefined;
  /** `--sysroot`: every path, that of pacman.conf too, begins there. Default: our own root. */
  readonly sysroot?: string | undefined;
  /** A machine without the default pacman.conf has an empty one. Default: that is an error. */
  readonly mayBeAbsent?: boolean;
}

/** pacman's own. */
const defaultConfig = '/etc/pacman.conf';

/**
 * Reads pacman.conf and `pacman.d/pacman-fetch.conf` beside it, as a whole.
 *
 * @throws ConfigError with everything that is wrong in them
 */
export async function loadConfiguration(options: ConfigurationOptions): Promise<Configuration> {
  const { rootDir, architecture, sysroot, mayBeAbsent = false } = options;
  const config = underSystemRoot(sysroot, options.config ?? defaultConfig);
  const theirs = new OwnReader();
  const takeOther = theirs.take.bind(theirs);
  const read = readSections(config, sysroot);
  const isNothing = read.isAbsent && mayBeAbsent && options.config === undefined;
  const pacman = pacmanConfig(isNothing ? nothing : read, { rootDir, architecture, sysroot, takeOther });
  const ownFile = join(dirname(config), 'pacman.d', 'pacman-fetch.conf');
  const ours = readOwn(ownFile, read.file?.uid, sysroot);
  const own = mergeOwn(theirs.values, ours.values);
  const problems = [...pacman.problems, ...theirs.problems, ...ours.problems];
  refuseProblems([...problems, ...(await checkNames(own))]);
  const sandbox = sandboxSettings(own, pacman);
  return { pacman, own, sandbox, ownFile, warnings: [...pacman.warnings, ...missingUser(sandbox)] };
}

const nothing = { sections: [], problems: [] };

/** @param confOwner - who owns pacman.conf */
function readOwn(file: string, confOwner: number | undefined, sysroot: string | undefined): OwnReader {
  const reader = new OwnReader();
  const read = readSections(file, sysroot);
  if (read.isAbsent && !isLink(file)) return reader;
  const problem = noFile(file, read) ?? ownerProblem(file, [read.file?.uid, confOwner]);
  if (problem === undefined) reader.takeAll(read);
  else reader.problems.push(problem);
  return reader;
}

/** pacman takes a folder for an empty file. Of ours a level would be lost in silence, and so it would behind a link. */
function noFile(file: string, { isAbsent, file: opened }: ReadSections): Problem | undefined {
  if (isAbsent) return { what: `${file} is a link that leads nowhere`, hint: 'Make what it names, or remove it.' };
  if (opened?.isFolder !== true) return undefined;
  return { what: `${file} is a folder`, hint: 'Move it away: a file belongs there, or nothing.' };
}

/** In a folder that others may write to, somebody else could have put it beside pacman.conf. Of root see FileTexts. */
function ownerProblem(file: string, [owner, confOwner]: readonly (number | undefined)[]): Problem | undefined {
  if (owner === undefined || [0, effectiveUser(), confOwner].includes(owner)) return undefined;
  return {
    what: `${file} belongs to uid ${owner}, who is neither root nor you`,
    hint: 'Change its owner, or remove it.',
  };
}

/** Nothing was there to be read; a link that leads nowhere is something all the same. */
function isLink(file: string): boolean {
  try {
    return lookAtLink(file) !== undefined;
  } catch {
    return true;
  }
}

/** pacman takes any name; whoever downloads finds out that nobody has it. */
function missingUser({ user, useSandbox }: SandboxSettings): readonly string[] {
  if (user?.key !== 'DownloadUser' || useSandbox.word === 'no') return [];
  return userProblems(user.key, user).map(problemText);
}
