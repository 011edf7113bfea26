// The command line.
// @ts-check
import { parseArgs } from 'node:util';

import { kernels } from './kernels.mjs';
import { MatrixError } from './shell.mjs';
import { suites } from './suites.mjs';

export const usage = `npm run test:kernels [-- OPTIONS]

  --quick            the few kernels that every change is tested on
  --kernel NAME      only this one; may be repeated
  --layer NAME       only these tests; may be repeated
  --only TEXT        only test files with this in their names
  --minutes N        how long one kernel may take (default: 40)
  --refresh          fetch the newest kernels, though there are some
  --list             show kernels and layers, and run nothing
`;

/**
 * @param {readonly string[]} args
 * @throws {MatrixError} for what is unknown
 */
export function optionsOf(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      kernel: { type: 'string', multiple: true },
      layer: { type: 'string', multiple: true },
      only: { type: 'string', default: '' },
      minutes: { type: 'string', default: '40' },
      refresh: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new MatrixError(`--minutes ${values.minutes} is no time.`);
  const { kernel: names = [], layer: layers = Object.keys(suites), ...rest } = values;
  const unknown = [
    ...names.filter((name) => !kernels.some((one) => one.name === name)),
    ...layers.filter((layer) => suites[layer] === undefined),
  ];
  if (unknown.length > 0) throw new MatrixError(`Unknown: ${unknown.join(', ')}. Try --list.`);
  const chosen = kernels.filter(({ name, quick }) => {
    if (names.length > 0) return names.includes(name);
    return values.quick ? quick === true : true;
  });
  return { ...rest, minutes, kernels: chosen, layers };
}
