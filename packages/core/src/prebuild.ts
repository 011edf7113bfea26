import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';

import { SandboxError } from './errors.js';

/** The C library of a Linux program, in the words of prebuildify's file tags. */
export type Libc = 'glibc' | 'musl';

/** Where a package's native part is and what it is called. */
export interface PrebuildLocation {
  /** The layer, for the error. */
  readonly layer: string;
  /** Name of the addon, for instance `privdrop`. */
  readonly name: string;
  /** The package's folder, with a slash at the end; from `import.meta.url`, never from the environment. */
  readonly root: URL;
}

/**
 * Loads `prebuilds/<platform>-<arch>/<name>[.<libc>].node` of a package.
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
      what: `no native part for ${platformTag()} could be loaded (tried ${file}: ${firstLine(cause)})`,
      hint: 'Reinstall the package; in a checkout of the project run "npm run build".',
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
  const tag = process.platform === 'linux' ? `.${ownLibc()}` : '';
  return `prebuilds/${process.platform}-${process.arch}/${name}${tag}.node`;
}

/** Without `/proc` a process doesn't know its own file; then the more common one is tried. */
function ownLibc(): Libc {
  return isAbsolute(process.execPath) ? libcOf(process.execPath) : 'glibc';
}

/**
 * Tells which C library a program was linked with, from the interpreter named in its first page.
 * A static program counts as glibc.
 *
 * @param file - path of an ELF executable
 */
export function libcOf(file: string): Libc {
  const page = Buffer.alloc(4096);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, page, 0, page.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return page.includes('/ld-musl-') ? 'musl' : 'glibc';
}

function platformTag(): string {
  return `${process.platform}-${process.arch}`;
}

function firstLine(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause);
}
