import { lstatSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { checkNames, userProblems } from './names-check.js';
import { mergeOwn, OwnReader, type OwnValues } from './own-reader.js';
import { type PacmanConfig, pacmanConfig } from './pacman-config.js';
import { type Problem, problemText, refuseProblems } from './problem.js';
import { sandboxSettings, type SandboxSettings } from './sandbox-settings.js';
import { readSections } from './sections.js';
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
  const isAbsent = mayBeAbsent && options.config === undefined && !isThere(config);
  const theirs = new OwnReader();
  const takeOther = theirs.take.bind(theirs);
  const nothing = { sections: [], problems: [] };
  const sections = isAbsent ? nothing : readSections(config, sysroot);
  const pacman = pacmanConfig(sections, { rootDir, architecture, sysroot, takeOther });
  const ownFile = join(dirname(config), 'pacman.d', 'pacman-fetch.conf');
  const ours = readOwn(ownFile, { config, sysroot });
  const own = mergeOwn(theirs.values, ours.values);
  const problems = [...pacman.problems, ...theirs.problems, ...ours.problems];
  refuseProblems([...problems, ...(await checkNames(own))]);
  const sandbox = sandboxSettings(own, pacman);
  return { pacman, own, sandbox, ownFile, warnings: [...pacman.warnings, ...missingUser(sandbox)] };
}

function readOwn(file: string, { config = defaultConfig, sysroot }: ConfigurationOptions): OwnReader {
  const reader = new OwnReader();
  if (!isThere(file, lstatSync)) return reader;
  const problem = nothingToRead(file) ?? ownerProblem(file, config);
  if (problem === undefined) reader.takeAll(readSections(file, sysroot));
  else reader.problems.push(problem);
  return reader;
}

/** pacman takes a folder for an empty file. Of ours a level would be lost in silence, and so it would behind a link. */
function nothingToRead(file: string): Problem | undefined {
  if (!isThere(file)) {
    return { what: `${file} is a link that leads nowhere`, hint: 'Make what it names, or remove it.' };
  }
  if (!statSync(file).isDirectory()) return undefined;
  return { what: `${file} is a folder`, hint: 'Move it away: a file belongs there, or nothing.' };
}

/** In a folder that others may write to, somebody else could have put it beside pacman.conf. */
function ownerProblem(file: string, config: string): Problem | undefined {
  const owner = statSync(file).uid;
  const trusted = [0, process.geteuid?.(), statSync(config, { throwIfNoEntry: false })?.uid];
  if (trusted.includes(owner)) return undefined;
  return {
    what: `${file} belongs to uid ${owner}, who is neither root nor you`,
    hint: 'Change its owner, or remove it.',
  };
}

function isThere(file: string, look = statSync): boolean {
  try {
    return look(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Something is there that can't be looked at; reading it says why.
    return true;
  }
}

/** pacman takes any name; whoever downloads finds out that nobody has it. */
function missingUser({ user, useSandbox }: SandboxSettings): readonly string[] {
  if (user?.key !== 'DownloadUser' || useSandbox.word === 'no') return [];
  return userProblems(user.key, user).map(problemText);
}
