import type { PacmanCommand } from './command-line.js';

/** What is done before the real pacman, and whether pacman may have something left to download. */
export interface Steps {
  readonly refresh: { readonly kind: 'db' | 'files'; readonly force: boolean } | undefined;
  readonly isPrefetched: boolean;
  readonly needsPacman: boolean;
  /** Whether that pacman may have something left to download. */
  readonly mayDownload: boolean;
}

/** Switches of `-S` that do not download packages. */
const lookups = ['clean', 'groups', 'help', 'info', 'list', 'print', 'search'];

/**
 * Decides which parts of a command line pacman-fetch does. Pure.
 *
 * @param command - undefined if it could not be read: a newer pacman may know options that this program does not
 */
export function stepsOf(command: PacmanCommand | undefined): Steps {
  if (command === undefined) return left(true);
  const { operation, refreshes, switches, targets } = command;
  const isSync = operation === 'sync';
  if ((!isSync && operation !== 'files') || switches.has('help')) return left(operation === 'upgrade');
  const hasWork = targets.length > 0 || switches.has('sysupgrade');
  const isLookup = looksUp(command);
  const hasPackages = isSync && hasWork && !isLookup;
  if (isElsewhere(command)) return left(hasPackages || refreshes > 0);
  return {
    refresh: refreshOf(command),
    // Targets from standard input can be read once, by pacman.
    isPrefetched: hasPackages && !targets.includes('-'),
    needsPacman: refreshes === 0 || hasWork || isLookup,
    mayDownload: hasPackages,
  };
}

function refreshOf({ operation, refreshes }: PacmanCommand): Steps['refresh'] {
  if (refreshes === 0) return undefined;
  return { kind: operation === 'sync' ? 'db' : 'files', force: refreshes > 1 };
}

/** pacman does everything itself. */
function left(mayDownload: boolean): Steps {
  return { refresh: undefined, isPrefetched: false, needsPacman: true, mayDownload };
}

/** Whether it concerns another system, or an empty path, which pacman refuses. */
function isElsewhere({ values }: PacmanCommand): boolean {
  return values.has('sysroot') || ['root', 'dbpath'].some((name) => values.get(name)?.at(-1) === '');
}

function looksUp({ values, switches }: PacmanCommand): boolean {
  return values.has('print-format') || lookups.some((name) => switches.has(name));
}
