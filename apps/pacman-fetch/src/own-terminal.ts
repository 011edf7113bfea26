import { closeSync, constants } from 'node:fs';
import { isatty } from 'node:tty';

import { readKernelFile } from '@sb/core';
import { openForWriting } from '@sb/files';

/** Standard output and error: a terminal is open for reading there too, as login(1) opens it. */
const streams = [1, 2] as const;

/**
 * Opens the terminal of standard output and error anew, for writing alone: what is typed there is not ours to read. It
 * comes before the first use of `process.stdout` and `process.stderr`, which open it again as it is then. Where that
 * can't be, since it belongs to another user, it stays as it is; {@link canReadTerminal} tells.
 */
export function keepForWriting(): void {
  if (process.platform !== 'linux') return;
  for (const stream of streams) if (isReadable(stream)) openAnew(stream);
}

/** Whether what is typed into the terminal can be read by standard output or error. */
export function canReadTerminal(): boolean {
  return process.platform === 'linux' && streams.some(isReadable);
}

function isReadable(stream: number): boolean {
  return isatty(stream) && accessOf(stream) !== constants.O_WRONLY;
}

/** How a descriptor may be used (proc_pid_fdinfo(5)). Where that can't be said, in the worst way. */
function accessOf(stream: number): number {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readKernelFile(`/proc/self/fdinfo/${stream}`))?.[1];
    return flags === undefined ? constants.O_RDWR : Number.parseInt(flags, 8) & accessMask;
  } catch {
    return constants.O_RDWR;
  }
}

/** O_ACCMODE (open(2)), which Node has no name for. */
const accessMask = 3;

function openAnew(stream: number): void {
  let spare: number;
  try {
    spare = openForWriting(stream);
  } catch {
    return;
  }
  closeSync(stream);
  try {
    // The lowest number that is free, since those below are open.
    const opened = openForWriting(spare);
    if (opened !== stream) throw new Error(`descriptor ${stream} came back as ${opened}`);
  } finally {
    closeSync(spare);
  }
}
