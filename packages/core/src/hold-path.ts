import { accessSync, closeSync, constants, fstatSync, openSync, readlinkSync, statfsSync } from 'node:fs';

import { readKernelLink } from './kernel-file.js';

/** Of Linux; Node has no name for it. Opens what a name stands for without reading it (open(2)). */
const oPath = 0o10_000_000;

/** The number of links that the kernel follows (MAXSYMLINKS, path_resolution(7)). */
const mostLinks = 40;

/** The most names that are looked up for one path: links in each other's targets could make a hundred thousand of them. */
const mostNames = 4096;

/** PROC_SUPER_MAGIC */
const procType = 0x9fa0;

/** Directories of /proc whose links lead to what this process has open. */
const ofThisProcess = new RegExp(`^/proc/${process.pid}(?:/task/\\d+)?(?:/fd)?$`);

/** How {@link holdPath} goes. */
export interface HoldPathOptions {
  /** Whether links are followed. Default: true */
  readonly follows?: boolean;
  /** Is given each name that was opened, and the directory above it, before anything is asked about it. It may throw. */
  readonly entering?: (descriptor: number, above: number) => void;
}

/** Where a name leads: to something open, or to the text of a link. */
type Step = { readonly descriptor: number } | { readonly target: string };

/**
 * Opens what a path leads to, name by name. Each directory is held open, and a link is read as text.
 *
 * The kernel alone would also follow a link of /proc to the root directory of another process. A file system that was mounted there
 * may never answer, and nothing ends a process of root that waits for it. So a link to what another process has is refused.
 *
 * @param path - text or bytes. A relative path starts in the working directory
 * @returns a descriptor with O_PATH
 * @throws Error of the system: ELOOP also for a link to what another process has, and for links that lead through 4,096 names
 * @see path_resolution(7), proc_pid_root(5), fuse(4)
 */
export function holdPath(path: Buffer | string, options: HoldPathOptions = {}): number {
  const bytes = Buffer.from(path).toString('latin1');
  if (bytes === '') throw failure('ENOENT');
  // The next name comes last.
  const todo = namesOf(bytes).toReversed();
  let [links, names] = [0, 0];
  let held = openSync(bytes.startsWith('/') ? '/' : '.', oPath);
  const enter = (next: number): void => {
    closeSync(held);
    held = next;
  };
  try {
    for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
      if (++names > mostNames) throw failure('ELOOP');
      const step = stepTo(held, name, options);
      if ('descriptor' in step) {
        enter(step.descriptor);
        continue;
      }
      if (++links > mostLinks) throw failure('ELOOP');
      todo.push(...namesOf(step.target).toReversed());
      if (step.target.startsWith('/')) enter(openSync('/', oPath));
    }
    return held;
  } catch (error) {
    closeSync(held);
    throw error;
  }
}

/**
 * Whether this process has to look at paths of others by {@link holdPath}: as root on Linux. An ordinary user may not follow such a
 * link of another user (ptrace(2)), and without /proc no such link exists.
 */
export function holdsPaths(): boolean {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return false;
  try {
    accessSync('/proc/self/fd');
    return true;
  } catch {
    return false;
  }
}

/** What ends with a slash is a directory. */
function namesOf(path: string): readonly string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return path.endsWith('/') || path.endsWith('/.') ? [...names, '.'] : names;
}

function stepTo(held: number, name: string, { follows = true, entering }: HoldPathOptions): Step {
  const place = Buffer.from(`/proc/self/fd/${held}/${name}`, 'latin1');
  const descriptor = openPlace(place);
  let isKept = false;
  try {
    entering?.(descriptor, held);
    isKept = !follows || !fstatSync(descriptor).isSymbolicLink();
    if (isKept) return { descriptor };
  } finally {
    if (!isKept) closeSync(descriptor);
  }
  // In Deno the bytes are an Uint8Array.
  const target = Buffer.from(readlinkSync(place, { encoding: 'buffer' })).toString('latin1');
  if (statfsSync(`/proc/self/fd/${held}`).type !== procType) return { target };
  // There, /proc/self and its like are text, and all others stand for files.
  const folder = readKernelLink(`/proc/self/fd/${held}`);
  if (folder === '/proc') return { target };
  if (ofThisProcess.test(folder)) return { descriptor: openSync(place, oPath) };
  throw failure('ELOOP');
}

/** A directory is asked for first: only then is one mounted that waits for its first use (autofs(5)). */
function openPlace(place: Buffer): number {
  try {
    return openSync(place, oPath | constants.O_NOFOLLOW | constants.O_DIRECTORY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error;
    return openSync(place, oPath | constants.O_NOFOLLOW);
  }
}

function failure(code: 'ELOOP' | 'ENOENT'): Error {
  const text =
    code === 'ELOOP' ? 'too many symbolic links, or one to what another process has open' : 'the path is empty';
  return Object.assign(new Error(`${code}: ${text}`), { code, syscall: 'open' });
}
