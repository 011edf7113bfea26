import { dirname, join } from 'node:path';

import { effectiveUser, lookAtLink } from '@sb/files';

import { contradictions } from './contradictions.js';
import { checkNames, userProblems } from './names-check.js';
import { mergeOwn, OwnReader, type OwnValues } from './own-reader.js';
import { type PacmanConfig, pacmanConfig } from './pacman-config.js';
import { type Problem, problemText, refuseProblems } from './problem.js';
import { sandboxSettings, type SandboxSettings } from './sandbox-settings.js';
import { type ReadSections, readSections } from './sections.js';
import { underSystemRoot } from './system-root.js';

/** The contents of all files. */
export interface Configuration {
  readonly pacman: PacmanConfig;
  /** The directives of pacman-fetch as they were written. */
  readonly own: OwnValues;
  readonly sandbox: SandboxSettings;
  /** Path of pacman-fetch's own file, whether or not it exists. */
  readonly ownFile: string;
  /** Oddities that do not prevent downloads. */
  readonly warnings: readonly string[];
}

/** Which files to read. */
export interface ConfigurationOptions {
  /** Path of pacman.conf. Default: {@link defaultConfig}. */
  readonly config?: string | undefined;
  /** `--rootdir`, for the paths below it. */
  readonly rootDir?: string | undefined;
  /** `--arch`, which comes before Architecture. */
  readonly architecture?: string | undefined;
  /** `--sysroot`: every path, that of pacman.conf too, begins there. Default: the root of this process. */
  readonly sysroot?: string | undefined;
  /** If the default pacman.conf is missing, treat it as empty. Default: that is an error. */
  readonly mayBeAbsent?: boolean;
}

/** The default of pacman. */
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
  refuseProblems([...problems, ...(await checkNames(own)), ...contradictions(own)]);
  const sandbox = sandboxSettings(own, pacman, ownFile);
  return { pacman, own, sandbox, ownFile, warnings: [...pacman.warnings, ...missingUser(sandbox)] };
}

const nothing = { sections: [], problems: [] };

/** @param confOwner - the owner of pacman.conf */
function readOwn(file: string, confOwner: number | undefined, sysroot: string | undefined): OwnReader {
  const reader = new OwnReader();
  const read = readSections(file, sysroot);
  if (read.isAbsent && !isLink(file)) return reader;
  const problem = noFile(file, read) ?? ownerProblem(file, [read.file?.uid, confOwner]);
  if (problem === undefined) reader.takeAll(read);
  else reader.problems.push(problem);
  return reader;
}

/**
 * pacman treats a directory as an empty file. Here that would silently lose a level, as would a link that leads
 * nowhere.
 */
function noFile(file: string, { isAbsent, file: opened }: ReadSections): Problem | undefined {
  if (isAbsent) return { what: `${file} is a link that leads nowhere`, hint: 'Create the target, or remove the link.' };
  if (opened?.isFolder !== true) return undefined;
  return { what: `${file} is a directory`, hint: 'Remove or rename it: only a file may have this name.' };
}

/**
 * In a directory that others may write to, another user could have put the file beside pacman.conf. FileTexts checks
 * for root.
 */
function ownerProblem(file: string, [owner, confOwner]: readonly (number | undefined)[]): Problem | undefined {
  if (owner === undefined || [0, effectiveUser(), confOwner].includes(owner)) return undefined;
  return {
    what: `${file} belongs to uid ${owner}, who is neither root nor you`,
    hint: 'Change its owner, or remove it.',
  };
}

/** Whether the missing file is a link that leads nowhere. */
function isLink(file: string): boolean {
  try {
    return lookAtLink(file) !== undefined;
  } catch {
    return true;
  }
}

/** pacman accepts any name; the download then fails because the user does not exist. */
function missingUser({ user, useSandbox }: SandboxSettings): readonly string[] {
  if (user?.key !== 'DownloadUser' || useSandbox.word === 'no') return [];
  return userProblems(user.key, user).map(problemText);
}
