/** The architectures of a profile, and what the policy does with those that it has no names for. */
import { type Architecture, architectures, type Machine } from '../tables/architectures.js';
import { type OciProfile, refusal } from './oci-keys.js';
import type { Unsaid } from './unsaid.js';

const names: ReadonlyMap<string, Architecture> = new Map([
  ['SCMP_ARCH_X86_64', 'x86_64'],
  ['SCMP_ARCH_X86', 'i386'],
  ['SCMP_ARCH_AARCH64', 'aarch64'],
  ['SCMP_ARCH_RISCV64', 'riscv64'],
]);

/** Further tables of a machine: the policy lets all of their calls through, so it is never stricter than the profile. */
const further: ReadonlyMap<string, Machine> = new Map([
  ['SCMP_ARCH_X32', 'x86_64'],
  ['SCMP_ARCH_ARM', 'aarch64'],
]);

/** The tables of calls that a profile lists. */
export interface OciTables {
  readonly listed: readonly Architecture[];
  readonly hasX32: boolean;
  readonly hasArm: boolean;
}

/** @param machine - where the profile names none @throws SeccompError `invalid-profile` */
export function architecturesOf(
  { architectures: given = [] }: OciProfile,
  machine: Machine,
  unsaid: Unsaid[],
): OciTables {
  for (const [index, name] of given.entries()) {
    const hint = 'Write the names of libseccomp, such as SCMP_ARCH_X86_64.';
    if (!/^SCMP_ARCH_[A-Z\d_]+$/.test(name))
      throw refusal(`architectures[${index}]`, `is not an architecture: ${JSON.stringify(name)}`, hint);
  }
  const found = given.flatMap((name) => names.get(name) ?? []);
  // libseccomp begins with the table of the machine, so a profile of i386 alone has rules for x86-64 as well.
  const native = found.includes('i386') ? (['x86_64'] as const) : [];
  const listed = given.length === 0 ? [machine] : [...new Set([...native, ...found])];
  if (listed.length === 0) {
    const known = [...names.keys()].join(', ');
    throw refusal('architectures', 'names none that a policy can', `A policy is for at least one of ${known}.`);
  }
  const isListed = (name: string) =>
    given.includes(name) && listed.some((one) => architectures[one].machine === further.get(name));
  for (const [index, name] of given.entries()) {
    if (isListed(name)) {
      const what = `calls of ${name} are answered by the rules there, and all let through here`;
      unsaid.push({ path: `architectures[${index}]`, what });
    }
  }
  return { listed, hasX32: isListed('SCMP_ARCH_X32'), hasArm: isListed('SCMP_ARCH_ARM') };
}
