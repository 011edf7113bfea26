import { constants } from 'node:os';

const names = new Map<number, string>();
for (const [name, number] of Object.entries(constants.errno)) {
  // EAGAIN and EWOULDBLOCK share a number; the first name is the one the manual pages use.
  if (!names.has(number)) names.set(number, name);
}

/**
 * The name of an error number of this platform, for instance `EPERM` for 1; `E123` where it has none (`errno(3)`).
 *
 * @param errno - the number; its sign is ignored, since system calls return it negated
 */
export function errnoName(errno: number): string {
  const number = Math.abs(errno);
  return names.get(number) ?? `E${number}`;
}

/**
 * The `code` of an error that Node threw for a failed system call, for instance `ENOENT`; undefined for anything else.
 *
 * @param error - whatever a `catch` caught
 */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Why the system refused, as it stands behind a clause: `ENOENT (no such file or directory)`. The words are Node's own, of
 * which the call and the path are left out.
 *
 * @param error - whatever a `catch` caught
 */
export function systemReason(error: unknown): string {
  const code = errorCode(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  const [, words] = /^E\w+: ([^,]+)/.exec((error as Error).message) ?? [];
  // With O_NOFOLLOW one link is enough, and it is said what to do about that (open(2)).
  return words === undefined || code === 'ELOOP' ? code : `${code} (${words})`;
}
