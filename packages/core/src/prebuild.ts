import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { type PrebuildLocation, platformTag, prebuildError } from './prebuild-missing.js';

/** A step of a native part that failed; `errno` is positive. Where a number stands for a result, -errno does. */
export interface NativeFailure {
  readonly step: string;
  readonly syscall?: string;
  readonly errno: number;
}

/**
 * Loads `prebuilds/<platform>-<arch>/<name>.node` of a package. One file is for every C library and every Node: it needs
 * Node-API 8, and calls by name what glibc and musl both have.
 *
 * It looks in exactly one place, which only the package's own location decides: code that runs as root must not let
 * an environment variable or the working directory choose what it loads.
 *
 * @throws SandboxError `prebuild-missing`, with the file that was tried and the remedy
 */
export function loadPrebuild<Addon>(location: PrebuildLocation): Addon {
  const file = fileURLToPath(new URL(prebuildPath(location.name), location.root));
  try {
    return createRequire(location.root)(file) as Addon;
  } catch (cause) {
    throw prebuildError(location, file, cause);
  }
}

/**
 * The path of a prebuilt addon inside its package on this platform, as prebuildify names it.
 *
 * @param name - the addon's name
 */
export function prebuildPath(name: string): string {
  return `prebuilds/${platformTag()}/${name}.node`;
}
