import { closeSync } from 'node:fs';

import { filesClause, isFilesError, isRoot, openOutput, writeFailed, writeWhole } from '@sb/files';

import type { Configuration } from '../config/configuration.js';
import { textsOf } from '../config/values.js';
import { printMessage } from '../ui/print-message.js';

/** pacman's text for `-y` in its log. */
const text = 'synchronizing package lists';

/**
 * Appends to pacman.log the line that pacman writes when it synchronizes. As pacman, an ordinary user logs nothing.
 *
 * @param configuration - with LogFile
 * @param logFile - `--logfile`
 */
export function logRefresh(configuration: Configuration, logFile?: string): void {
  const path = logFile ?? textsOf(configuration, 'LogFile')[0];
  if (path === undefined || !isRoot()) return;
  try {
    const descriptor = openOutput(path, 0o644, 'end');
    try {
      writeWhole(descriptor, logLine(new Date(), text));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    // The refresh is valid without it. A warning reports the missing line, for audits.
    const failed = isFilesError(error) ? error : writeFailed(path, error);
    printMessage('warning', { text: `cannot log this refresh: ${filesClause(failed)}`, hint: failed.hint });
  }
}

/**
 * A line of pacman.log: local time with its offset, the program, and the text.
 *
 * @param time - to the second
 */
export function logLine(time: Date, what: string): string {
  const minutes = -time.getTimezoneOffset();
  const offset = `${minutes < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`;
  const local = new Date(time.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  return `[${local}${offset}] [PACMAN] ${what}\n`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
