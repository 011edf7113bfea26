import { accessSync, constants } from 'node:fs';
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
    throw prebuildError(location, { file, cause, failed: 'the native part', step: 'load-addon', verb: 'loaded' });
  }
}

/**
 * The path of a program of a package's native part, which lies beside the addon.
 *
 * @param location - `name` is the program's
 * @throws SandboxError `prebuild-missing` where there is none that may be executed
 */
export function prebuiltProgram(location: PrebuildLocation): string {
  const file = fileURLToPath(new URL(`prebuilds/${platformTag()}/${location.name}`, location.root));
  try {
    accessSync(file, constants.X_OK);
  } catch (cause) {
    throw prebuildError(location, { file, cause, failed: location.name, step: 'find-program', verb: 'executed' });
  }
  return file;
}

/**
 * The path of a prebuilt addon inside its package on this platform, as prebuildify names it.
 *
 * @param name - the addon's name
 */
export function prebuildPath(name: string): string {
  return `prebuilds/${platformTag()}/${name}.node`;
}
