// The command line.
// @ts-check
import { parseArgs } from 'node:util';

import { kernels } from './kernels.mjs';
import { MatrixError } from './shell.mjs';
import { suites, thorough } from './suites.mjs';

export const usage = `npm run test:kernels [-- OPTIONS]

  --quick            the oldest and the newest kernel, on which every change is tested
  --kernel NAME      only this one; may be repeated
  --layer NAME       only these tests; may be repeated
  --thorough         more tests of each layer; takes several times as long
  --jobs N           so many kernels at once (default: 1)
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
      thorough: { type: 'boolean', default: false },
      jobs: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '40' },
      refresh: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new MatrixError(`--minutes ${values.minutes} is not a time: use a number above 0.`);
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new MatrixError(`--jobs ${values.jobs} is not a number of kernels: use 1 or more.`);
  const { kernel: names = [], layer: layers = Object.keys(suites), ...rest } = values;
  const unknown = [
    ...names.filter(
      (name) => !kernels.some(({ name: one, arch }) => name === (arch === 'x64' ? one : `${one} ${arch}`)),
    ),
    ...layers.filter((layer) => suites[layer] === undefined),
  ];
  if (unknown.length > 0) throw new MatrixError(`Unknown: ${unknown.join(', ')}. Try --list.`);
  const chosen = kernels.filter(({ name, arch, quick }) => {
    if (names.length > 0) return names.includes(arch === 'x64' ? name : `${name} ${arch}`);
    return values.quick ? quick === true : true;
  });
  const files = Object.fromEntries(
    layers.map((layer) => {
      const all = [...(suites[layer] ?? []), ...(values.thorough ? (thorough[layer] ?? []) : [])];
      return [layer, all.filter((file) => file.includes(values.only))];
    }),
  );
  // Only what was tested as a whole replaces what the last such test of a kernel showed; and CI changes no file.
  const isWhole = values.layer === undefined && values.only === '' && !values.quick;
  return { ...rest, minutes, jobs, kernels: chosen, layers, files, isWhole };
}
