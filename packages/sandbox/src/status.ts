import { parseTaskStatus, type TaskStatus } from '@sb/core';

/** What the launcher said before it was gone or became the target. */
export type LauncherStatus =
  /** It applied every layer and executed the target; `task` is the kernel's word just before. */
  | { readonly kind: 'executed'; readonly task: TaskStatus | undefined }
  /** A step failed; the target never ran. */
  | {
      readonly kind: 'failed';
      readonly layer: string;
      readonly step: string;
      readonly syscall: string | undefined;
      readonly errno: number;
    }
  /** It ended without a word: something killed it. */
  | { readonly kind: 'lost' };

/**
 * Reads what arrived on the status descriptor until its end.
 *
 * @param text - all of it
 */
export function parseStatus(text: string): LauncherStatus {
  const failure = /(?:^|\n)failed\t([^\t\n]+)\t([^\t\n]+)\t([^\t\n]*)\t(\d+)\n$/.exec(text);
  if (failure !== null) {
    const [, layer = '', step = '', syscall = '', errno = ''] = failure;
    return { kind: 'failed', layer, step, syscall: syscall === '' ? undefined : syscall, errno: Number(errno) };
  }
  if (!text.startsWith('ready\n')) return { kind: 'lost' };
  const rest = text.slice('ready\n'.length);
  return { kind: 'executed', task: rest === '' ? undefined : parseTaskStatus(rest) };
}
