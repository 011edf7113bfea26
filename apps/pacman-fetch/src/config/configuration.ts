import { type PacmanConfig, pacmanConfig } from './pacman-config.js';
import { refuseProblems } from './problem.js';
import { readSections } from './sections.js';

/** What was read from all files. */
export interface Configuration {
  readonly pacman: PacmanConfig;
  /** What is odd, and stops nothing. */
  readonly warnings: readonly string[];
}

/** Where to read it. */
export interface ConfigurationOptions {
  /** Path of pacman.conf. Default: {@link defaultConfig}. */
  readonly config?: string | undefined;
  /** `--rootdir`, for the paths that follow from it. */
  readonly rootDir?: string | undefined;
}

/** pacman's own. */
const defaultConfig = '/etc/pacman.conf';

/**
 * Reads the configuration as a whole.
 *
 * @throws ConfigError with everything that is wrong in it
 */
export async function loadConfiguration({ config, rootDir }: ConfigurationOptions): Promise<Configuration> {
  const pacman = pacmanConfig(readSections(config ?? defaultConfig), { rootDir });
  refuseProblems(pacman.problems);
  return { pacman, warnings: pacman.warnings };
}
