import { lateOs } from './late-os.js';

/** The names of 1 to 34 on every machine of Linux (asm-generic/errno-base.h). Node has none for 15. */
const first = [
  'EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT E15 EBUSY EEXIST',
  'EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE',
]
  .join(' ')
  .split(' ');

let names: ReadonlyMap<number, string> | undefined;

function namesByNumber(): ReadonlyMap<number, string> {
  // EAGAIN and EWOULDBLOCK share a number; the first name is the one the manual pages use.
  const entries = Object.entries(lateOs().constants.errno).toReversed();
  return new Map(entries.map(([name, number]) => [number, name]));
}

/**
 * Returns the name of an error number of this platform, for instance `EPERM` for 1, or `E123` without a name (`errno(3)`).
 *
 * @param errno - the number; its sign is ignored, because system calls return it negated
 */
export function errnoName(errno: number): string {
  const number = Math.abs(errno);
  // A run needs a few of these, and Node's module with all the others takes half a millisecond.
  const known = process.platform === 'linux' ? first[number - 1] : undefined;
  if (known !== undefined) return known;
  names ??= namesByNumber();
  return names.get(number) ?? `E${number}`;
}

/**
 * Returns the `code` of an error that Node threw for a failed system call, for instance `ENOENT`. For anything else it
 * returns undefined.
 *
 * @param error - any caught value
 */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Returns the reason why the system refused, to follow a clause: `ENOENT (no such file or directory)`. The words are those
 * of Node, without the call and the path.
 *
 * @param error - any caught value
 */
export function systemReason(error: unknown): string {
  const code = errorCode(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  const [, words] = /^E\w+: ([^,]+)/.exec((error as Error).message) ?? [];
  // With O_NOFOLLOW a single link causes ELOOP, so Node's words would be wrong (open(2)).
  return words === undefined || code === 'ELOOP' ? code : `${code} (${words})`;
}
