import { type Architecture, architectureNames, architectures } from './architectures.js';
import { once } from './once.js';
import data from '../data/syscalls.json' with { type: 'json' };

type Numbers = Readonly<Partial<Record<Architecture, number>>>;

// Tables are made when they are first used: a run of a usual policy needs none of them.
const numbers = once((): ReadonlyMap<string, Numbers> => new Map(Object.entries<Numbers>(data.calls)));
const elsewhere = once((): ReadonlySet<string> => new Set(data.elsewhere));
const byArchitecture = new Map<Architecture, ReadonlyMap<number, string>>();

/** Every name of a call, in alphabetical order. */
export const syscallNames: () => readonly string[] = once(() => [...numbers().keys(), ...elsewhere()].sort());

/** Where the numbers come from: the Debian package of the kernel's headers and its version. */
export const syscallSource: string = /* @__PURE__ */ sourceOf();

function sourceOf(): string {
  return data.source;
}

/** Whether any architecture of Linux has a call of that name, even if it cannot be filtered here. */
export function isSyscall(name: string): boolean {
  return numbers().has(name) || elsewhere().has(name);
}

/**
 * Returns the number of a call, or undefined if the architecture does not have it.
 *
 * @param name - as in the kernel's `__NR_` names, for instance `openat`
 * @param architecture - the architecture of the table
 */
export function syscallNumber(name: string, architecture: Architecture): number | undefined {
  return numbers().get(name)?.[architecture];
}

/** Every call of an architecture, by ascending number. */
export function syscallTable(architecture: Architecture): ReadonlyMap<number, string> {
  let table = byArchitecture.get(architecture);
  if (table === undefined) {
    const entries = [...numbers()].flatMap(([name, of]): [number, string][] => {
      const number = of[architecture];
      return number === undefined ? [] : [[number, name]];
    });
    table = new Map(entries.sort(([a], [b]) => a - b));
    byArchitecture.set(architecture, table);
  }
  return table;
}

/** A call as the kernel numbers it. */
export interface NumberedCall {
  readonly architecture: Architecture;
  readonly name: string;
}

/**
 * Returns the call of a number.
 *
 * @param audit - `AUDIT_ARCH_*` of its table
 * @param number - in that table
 * @returns undefined for a table or a call that is unknown
 */
export function syscallOf(audit: number, number: number): NumberedCall | undefined {
  const architecture = architectureNames.find((name) => architectures[name].audit === audit);
  const name = architecture && syscallTable(architecture).get(number);
  return architecture && name !== undefined ? { architecture, name } : undefined;
}
