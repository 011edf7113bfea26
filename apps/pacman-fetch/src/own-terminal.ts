import { closeSync, constants } from 'node:fs';
import { isatty } from 'node:tty';

import { readKernelFile } from '@sb/core';
import { openForWriting } from '@sb/files';

/** Standard output and error: a terminal is open for reading there too, since login(1) opens it so. */
const streams = [1, 2] as const;

/**
 * Opens the terminal of standard output and error again, only for writing: this process must not read what is typed.
 * Call it before the first use of `process.stdout` and `process.stderr`, which open it again in the same way. A
 * terminal of another user stays open for reading; {@link canReadTerminal} reports that.
 */
export function keepForWriting(): void {
  if (process.platform !== 'linux') return;
  for (const stream of streams) if (isReadable(stream)) openAnew(stream);
}

/** Whether standard output or error can be used to read what is typed into the terminal. */
export function canReadTerminal(): boolean {
  return process.platform === 'linux' && streams.some(isReadable);
}

function isReadable(stream: number): boolean {
  return isatty(stream) && accessOf(stream) !== constants.O_WRONLY;
}

/** How a descriptor may be used (proc_pid_fdinfo(5)). If that is unknown, the worst is assumed. */
function accessOf(stream: number): number {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readKernelFile(`/proc/self/fdinfo/${stream}`))?.[1];
    return flags === undefined ? constants.O_RDWR : Number.parseInt(flags, 8) & accessMask;
  } catch {
    return constants.O_RDWR;
  }
}

/** O_ACCMODE (open(2)), for which Node has no name. */
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
    // It gets the lowest free number, since the lower ones are open.
    const opened = openForWriting(spare);
    if (opened !== stream) throw new Error(`descriptor ${stream} came back as ${opened}`);
  } finally {
    closeSync(spare);
  }
}
