import { leastMemory, mostCpu, mostPids } from '../policy/cgroup.js';
import type { SandboxOptions } from '../policy/options.js';
import type { Arguments } from './arguments.js';
import { misuse } from './usage-error.js';
import { integerOf, percentOf, sizeOf } from './words.js';

/** The bounds of a limit, as the option writes them. */
interface Bounds {
  readonly least: readonly [value: number, text: string];
  /** Absent if the number of digits is the only bound. */
  readonly most?: readonly [value: number, text: string];
}

const bounds = {
  memory: { least: [leastMemory, `${leastMemory / 1024}K`] },
  pids: { least: [1, '1'], most: [mostPids, String(mostPids)] },
  cpu: { least: [1, '1%'], most: [mostCpu, `${mostCpu}%`] },
} as const satisfies Readonly<Record<string, Bounds>>;

const readers = { memory: sizeOf, pids: integerOf, cpu: percentOf };

/**
 * The limits of `--memory`, `--pids` and `--cpu`. A limit of the command line replaces that of the file; the others
 * stay.
 *
 * @param args - the command line
 * @param before - the limits of the policy file
 * @throws UsageError for a text that is not a limit, or is beyond its bounds
 */
export function cgroupFrom(args: Arguments, before: SandboxOptions['cgroup']): Pick<SandboxOptions, 'cgroup'> {
  const names = (['memory', 'pids', 'cpu'] as const).filter((name) => args.has(name));
  if (names.length === 0) return {};
  return { cgroup: { ...before, ...Object.fromEntries(names.map((name) => [name, limitFrom(args, name)])) } };
}

function limitFrom(args: Arguments, name: keyof typeof bounds): number {
  const text = args.one(name) ?? '';
  const value = readers[name](text, name);
  const { least, most }: Bounds = bounds[name];
  if (value < least[0]) misuse(`--${name} ${text} is too small`, `The least is ${least[1]}.`);
  if (most !== undefined && value > most[0]) misuse(`--${name} ${text} is too large`, `The most is ${most[1]}.`);
  return value;
}
