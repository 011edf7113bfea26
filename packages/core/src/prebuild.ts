import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { SandboxError } from './errors.js';

/** A step of a native part that failed; `errno` is positive. Where a number stands for a result, -errno does. */
export interface NativeFailure {
  readonly step: string;
  readonly syscall?: string;
  readonly errno: number;
}

/** Where a package's native part is and what it is called. */
export interface PrebuildLocation {
  /** The layer, for the error. */
  readonly layer: string;
  /** Name of the addon, for instance `privdrop`. */
  readonly name: string;
  /** The package's folder, with a slash at the end; from `import.meta.url`, never from the environment. */
  readonly root: URL;
}

/** The platforms that packages are shipped for. */
const shipped = ['linux-x64', 'linux-arm64'] as const;

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
    throw new SandboxError<'prebuild-missing'>({
      code: 'prebuild-missing',
      layer: location.layer,
      step: 'load-addon',
      what: `the native part for ${platformTag()} could not be loaded (tried ${file}: ${firstLine(cause)})`,
      hint: remedy(file),
      path: file,
      cause,
    });
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

/** Installing again helps only where the package should have had the file. */
function remedy(file: string): string {
  if (existsSync(file)) return 'The file is there: check that it may be read and mapped, and that it is for this Node.';
  if (shipped.some((tag) => tag === platformTag())) {
    return 'The file is missing: install the package again, without leaving out files. In a checkout run "npm run build".';
  }
  return `The package is shipped for ${shipped.join(' and ')}. Elsewhere build it from the project's sources: "npm run build".`;
}

function platformTag(): string {
  return `${process.platform}-${process.arch}`;
}

function firstLine(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause);
}
