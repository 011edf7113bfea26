import { closeSync, constants, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { errorCode } from './errno.js';
import { clauseOf, isSandboxError, SandboxError } from './errors.js';

/** The place and the name of a package's native part. */
export interface PrebuildLocation {
  /** The layer, for the error; the name of the package is `@sb/` and this. */
  readonly layer: string;
  /** Name of the addon, for instance `privdrop`. */
  readonly name: string;
  /** Path of the package's directory, with a slash at the end; from {@link packageRoot}, never from the environment. */
  readonly root: string;
}

/** What `support()` of a layer returns if its native part cannot be loaded: nothing else is known then. */
export interface PrebuildMissing {
  readonly state: 'prebuild-missing';
  /** The platform, the file that was tried, and why it failed. */
  readonly reason: string;
  /** What to do. */
  readonly hint: string;
}

/** The platforms for which packages are shipped. */
const shipped: readonly string[] = ['linux-x64', 'linux-arm64'];

/** What to do if a bundler has copied code out of its package. */
const bundled =
  'This code was copied out of its package, as a bundler does: leave @sb/* external (esbuild --external:@sb/*, external of rollup, externals of webpack), and install it beside the bundle.';

/**
 * Makes the error for an addon that could not be loaded.
 *
 * @param location - the package
 * @param file - the file that was tried
 * @param cause - why it failed
 */
export function prebuildError(
  location: PrebuildLocation,
  file: string,
  cause: unknown,
): SandboxError<'prebuild-missing'> {
  return new SandboxError({
    code: 'prebuild-missing',
    layer: location.layer,
    step: 'load-addon',
    what: `the native part for ${platformTag()} could not be loaded (tried ${file}: ${firstLine(cause)})`,
    hint: remedy(file, location),
    path: file,
    cause,
  });
}

/**
 * Returns the path of a package's directory, with a slash at its end. Code that was copied out of its package has none: beside a
 * bundle, another user may have placed what root would load.
 *
 * @param layer - the layer, for the error; the name of the package is `@sb/` and this
 * @param url - `import.meta.url` of a module of the package's `dist`
 * @throws SandboxError `prebuild-missing` if the directory does not belong to the package; also without a URL, which a
 *   bundler that makes CommonJS removes
 */
export function packageRoot(layer: string, url: string | undefined): string {
  const root = url === undefined ? undefined : folderAbove(pathOf(url));
  if (root !== undefined && isPackage(root, `@sb/${layer}`)) return root;
  const why =
    root === undefined ? 'this code does not know its own location' : `${root} is not the directory of @sb/${layer}`;
  const what = `the native part for ${platformTag()} could not be found: ${why}`;
  const hint = root === undefined ? bundled : noPackage(root);
  throw new SandboxError({ code: 'prebuild-missing', layer, step: 'load-addon', what, hint });
}

/**
 * Returns what a layer's `support()` answers if its native part cannot be loaded.
 *
 * @param load - loads it, by `loadPrebuild`
 * @returns undefined if it was loaded
 */
export function missingPrebuild(load: () => unknown): PrebuildMissing | undefined {
  try {
    load();
    return undefined;
  } catch (error) {
    if (!isSandboxError(error) || error.code !== 'prebuild-missing') throw error;
    const { layer, hint = '' } = error;
    return { state: 'prebuild-missing', reason: clauseOf(error).slice(`${layer}: `.length), hint };
  }
}

/**
 * Refuses to plan without a native part, at every level: the installation lacks it, not the kernel, and what is in force
 * cannot be read.
 *
 * @param layer - the layer, for the error
 * @param support - the answer of its `support()`
 * @throws SandboxError `prebuild-missing`
 */
export function refuseMissingPrebuild<Support extends { readonly state: string }>(
  layer: string,
  support: Support,
): asserts support is Exclude<Support, PrebuildMissing> {
  // For any other value, planning itself says what is wrong.
  const given = support as Support | undefined;
  if (given?.state !== 'prebuild-missing') return;
  const { reason: what, hint } = given as unknown as PrebuildMissing;
  throw new SandboxError({ code: 'prebuild-missing', layer, step: 'plan', what, hint });
}

/** Returns the remedy. Installing again helps only if the package should have had the file. */
function remedy(file: string, { layer, root }: PrebuildLocation): string {
  if (!isPackage(root, `@sb/${layer}`)) return noPackage(root);
  if (isHidden(file)) return unreachable(root);
  if (existsSync(file)) {
    return 'The file exists: check that this user can read it, that its file system is not mounted noexec, and that it is for this Node.';
  }
  const hasSources = existsSync(`${root}source/`);
  if (shipped.includes(platformTag())) {
    const checkout = hasSources ? '' : ' In a checkout run "npm run build".';
    return `The file is missing: install the package again, without leaving out files.${checkout}`;
  }
  const command = hasSources ? `npm run build:source --prefix ${root}` : 'npm run build';
  return `The package is shipped for ${shipped.join(' and ')}. On other platforms build it from its sources, with a C compiler: "${command}".`;
}

/** Returns the remedy for a directory that is not that of the package, or whose package.json cannot be read. */
function noPackage(root: string): string {
  return isHidden(`${root}package.json`) ? unreachable(root) : bundled;
}

function unreachable(root: string): string {
  return `This user may not read ${root}: check its permissions (was it installed under a strict umask?), or load the native part before the change of user.`;
}

/** A URL of a file without anything that it would escape. */
const plainUrl = /^file:\/\/((?:\/\.?[\w@+-][\w@+.-]*)+)$/;

/** The path of a URL of a file. Node's objects of URLs take a tenth of a millisecond for each of their first uses. */
function pathOf(url: string): string {
  return plainUrl.exec(url)?.[1] ?? fileURLToPath(url);
}

/** The directory above that of a file, with a slash at its end. */
function folderAbove(file: string): string {
  const above = dirname(dirname(file));
  return above.endsWith('/') ? above : `${above}/`;
}

const stickyForAll = 0o1002;

/** Whether a directory is that of a package, by its package.json. One like `/tmp`, where all users make files, is not. */
function isPackage(root: string, name: string): boolean {
  try {
    if ((statSync(root).mode & stickyForAll) === stickyForAll) return false;
    const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { readonly name?: unknown };
    return manifest.name === name;
  } catch {
    return false; // not there, or not one
  }
}

/** Whether it may not be read, or a directory on the way may not be searched. */
function isHidden(file: string): boolean {
  try {
    // Unlike access(2), it asks as the effective user. It does not wait for a FIFO.
    closeSync(openSync(file, constants.O_RDONLY | constants.O_NONBLOCK));
    return false;
  } catch (error) {
    return errorCode(error) === 'EACCES';
  }
}

/** The directory of native parts for this platform below `prebuilds`. */
export function platformTag(): string {
  return `${process.platform}-${process.arch}`;
}

function firstLine(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause);
}
