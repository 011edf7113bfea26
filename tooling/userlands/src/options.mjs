// The command line.
// @ts-check
import { parseArgs } from 'node:util';

import { MatrixError } from '../../kernel-matrix/src/shell.mjs';
import { lands } from './lands.mjs';
import { runtimes } from './runtimes.mjs';

export const usage = `npm run test:userlands [-- OPTIONS]

  --quick          what every change is tested in: Debian 12 with three releases of Node, and musl
  --land NAME      only this user land; may be repeated
  --runtime ID     only this runtime; may be repeated
  --refresh        make the roots anew, though there are some
  --list           show user lands and runtimes, and run nothing
  --help           show this

Roots are kept in $XDG_CACHE_HOME/sb-userlands (default: ~/.cache). Needs root, on Debian 13.
`;

/** @typedef {import('./lands.mjs').Land} Land */
/** @typedef {{ land: Land, ids: readonly string[] }} Choice */

/**
 * @param {readonly string[]} args
 * @throws {MatrixError} for what is unknown
 */
export function optionsOf(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      land: { type: 'string', multiple: true },
      runtime: { type: 'string', multiple: true },
      refresh: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { land: names, runtime: ids, quick } = values;
  const unknown = [
    ...(names ?? []).filter((name) => !lands.some((one) => one.name === name)),
    ...(ids ?? []).filter((id) => !runtimes.some((one) => one.id === id)),
  ];
  if (unknown.length > 0) throw new MatrixError(`Unknown: ${unknown.join(', ')}. Try --list.`);
  /** @type {readonly Choice[]} */
  const choices = lands
    .filter(({ name }) => names?.includes(name) ?? true)
    .map((land) => ({
      land,
      ids: (quick ? (land.quick ?? []) : land.runtimes).filter((id) => ids?.includes(id) ?? true),
    }))
    .filter((choice) => choice.ids.length > 0);
  if (choices.length === 0) throw new MatrixError('Nothing is left to run: no chosen user land has a chosen runtime.');
  // Only what was tested as a whole replaces what the last such test of a user land showed; and CI changes no file.
  return { ...values, choices, isWhole: !quick && ids === undefined };
}
