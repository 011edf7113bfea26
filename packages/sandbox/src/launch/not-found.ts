import { sandboxError } from '../errors.js';

/**
 * Where a program was looked for, as a hint. The directories of PATH do not matter for one that is named by a path.
 *
 * @param name - of the program
 * @param candidates - the paths that were looked at
 * @param path - the PATH that counted
 */
export function whereSought(name: string, candidates: readonly string[], path: string): string {
  if (name.includes('/')) return 'Install it, or correct its path.';
  const places = [...new Set(candidates)].join(', ');
  const others = path === process.env['PATH'] ? '' : '; that of the caller is not used';
  return `Searched at ${places}. The PATH of the sandbox lists these directories${others}.`;
}

/**
 * The error for a program that is not there.
 *
 * @param name - of the program
 * @param detail - its hint
 */
export function notFound(name: string, detail: string): Error {
  return sandboxError('not-found', 'exec', {
    what: `cannot find the program ${JSON.stringify(name)}`,
    hint: detail,
    errno: 'ENOENT',
    path: name,
  });
}
