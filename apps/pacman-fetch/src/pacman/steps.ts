import type { PacmanCommand } from './command-line.js';

/** What is done before the real pacman, and whether there is anything left for it. */
export interface Steps {
  readonly refresh: { readonly kind: 'db' | 'files'; readonly force: boolean } | undefined;
  readonly isPrefetched: boolean;
  readonly needsPacman: boolean;
}

/** Nothing: pacman does all by itself. */
const none: Steps = { refresh: undefined, isPrefetched: false, needsPacman: true };

/** Switches of `-S` that download no package. */
const lookups = ['clean', 'groups', 'help', 'info', 'list', 'print', 'search'];

/**
 * What of a command line is ours. Pure.
 *
 * @param command - undefined where it couldn't be read
 */
export function stepsOf(command: PacmanCommand | undefined): Steps {
  if (command === undefined || isElsewhere(command)) return none;
  const { operation, refreshes, switches, targets } = command;
  const isSync = operation === 'sync';
  if ((!isSync && operation !== 'files') || switches.has('help')) return none;
  const hasWork = targets.length > 0 || switches.has('sysupgrade');
  const isLookup = looksUp(command);
  return {
    refresh: refreshes === 0 ? undefined : { kind: isSync ? 'db' : 'files', force: refreshes > 1 },
    // Targets from standard input can be read once, and that is pacman's.
    isPrefetched: isSync && hasWork && !isLookup && !targets.includes('-'),
    needsPacman: refreshes === 0 || hasWork || isLookup,
  };
}

/** Whether it is about another system, or about no folder at all: pacman refuses an empty path. */
function isElsewhere({ values }: PacmanCommand): boolean {
  return values.has('sysroot') || ['root', 'dbpath'].some((name) => values.get(name)?.at(-1) === '');
}

function looksUp({ values, switches }: PacmanCommand): boolean {
  return values.has('print-format') || lookups.some((name) => switches.has(name));
}
