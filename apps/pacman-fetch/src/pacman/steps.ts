import type { PacmanCommand } from './command-line.js';

/** What is done before the real pacman, and whether there is anything left for it. */
export interface Steps {
  readonly refresh: { readonly kind: 'db' | 'files'; readonly force: boolean } | undefined;
  readonly isPrefetched: boolean;
  readonly needsPacman: boolean;
  /** Whether that pacman may have something left to download. */
  readonly mayDownload: boolean;
}

/** Switches of `-S` that download no package. */
const lookups = ['clean', 'groups', 'help', 'info', 'list', 'print', 'search'];

/**
 * What of a command line is ours. Pure.
 *
 * @param command - undefined where it couldn't be read: a newer pacman may know what this program doesn't
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
    // Targets from standard input can be read once, and that is pacman's.
    isPrefetched: hasPackages && !targets.includes('-'),
    needsPacman: refreshes === 0 || hasWork || isLookup,
    mayDownload: hasPackages,
  };
}

function refreshOf({ operation, refreshes }: PacmanCommand): Steps['refresh'] {
  if (refreshes === 0) return undefined;
  return { kind: operation === 'sync' ? 'db' : 'files', force: refreshes > 1 };
}

/** pacman does all by itself. */
function left(mayDownload: boolean): Steps {
  return { refresh: undefined, isPrefetched: false, needsPacman: true, mayDownload };
}

/** Whether it is about another system, or about no folder at all: pacman refuses an empty path. */
function isElsewhere({ values }: PacmanCommand): boolean {
  return values.has('sysroot') || ['root', 'dbpath'].some((name) => values.get(name)?.at(-1) === '');
}

function looksUp({ values, switches }: PacmanCommand): boolean {
  return values.has('print-format') || lookups.some((name) => switches.has(name));
}
