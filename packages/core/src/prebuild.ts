import { type PrebuildLocation, platformTag, prebuildError } from './prebuild-missing.js';

/** A failed step of a native part. `errno` is positive here; where a number is returned as a result, it is -errno. */
export interface NativeFailure {
  readonly step: string;
  readonly syscall?: string;
  readonly errno: number;
}

/**
 * Loads `prebuilds/<platform>-<arch>/<name>.node` of a package. One file serves every C library and every Node: it needs
 * Node-API 8, and uses only names that glibc and musl both have.
 *
 * It looks in exactly one place, which depends only on the package's own location. An environment variable or the working
 * directory must not choose the code that root loads.
 *
 * @throws SandboxError `prebuild-missing`, with the file that was tried and the remedy
 */
export function loadPrebuild<Addon>(location: PrebuildLocation): Addon {
  const file = `${location.root}${prebuildPath(location.name)}`;
  try {
    // What require() does besides, for links and its cache, takes longer than the rest.
    const addon = { exports: {} };
    process.dlopen(addon, file);
    return addon.exports as Addon;
  } catch (cause) {
    throw prebuildError(location, file, cause);
  }
}

/**
 * Returns the path of a prebuilt addon inside its package on this platform, as prebuildify names it.
 *
 * @param name - the addon's name
 */
export function prebuildPath(name: string): string {
  return `prebuilds/${platformTag()}/${name}.node`;
}
