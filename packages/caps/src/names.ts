import { shown } from '@sb/core/document';

import { capsError } from './errors.js';

/** Every capability of `linux/capability.h`. Its index is its number. */
const known = [
  'cap_chown',
  'cap_dac_override',
  'cap_dac_read_search',
  'cap_fowner',
  'cap_fsetid',
  'cap_kill',
  'cap_setgid',
  'cap_setuid',
  'cap_setpcap',
  'cap_linux_immutable',
  'cap_net_bind_service',
  'cap_net_broadcast',
  'cap_net_admin',
  'cap_net_raw',
  'cap_ipc_lock',
  'cap_ipc_owner',
  'cap_sys_module',
  'cap_sys_rawio',
  'cap_sys_chroot',
  'cap_sys_ptrace',
  'cap_sys_pacct',
  'cap_sys_admin',
  'cap_sys_boot',
  'cap_sys_nice',
  'cap_sys_resource',
  'cap_sys_time',
  'cap_sys_tty_config',
  'cap_mknod',
  'cap_lease',
  'cap_audit_write',
  'cap_audit_control',
  'cap_setfcap',
  'cap_mac_override',
  'cap_mac_admin',
  'cap_syslog',
  'cap_wake_alarm',
  'cap_block_suspend',
  'cap_audit_read',
  'cap_perfmon',
  'cap_bpf',
  'cap_checkpoint_restore',
] as const;

/** A capability by its kernel name; `cap_41` to `cap_63` for capabilities newer than this package (`capabilities(7)`). */
export type CapabilityName = (typeof known)[number] | `cap_${number}`;

/** The last capability that has a name here: 40, `cap_checkpoint_restore`, Linux 5.9. */
export const lastNamedCapability = known.length - 1;

/** How many capabilities a set can hold: the kernel's sets have 64 bits. */
export const capabilityBits = 64;

const numbers: ReadonlyMap<string, number> = new Map([
  ...known.map((name, number) => [name, number] as const),
  ...Array.from({ length: capabilityBits - known.length }, (_, index) => {
    const number = known.length + index;
    return [`cap_${number}`, number] as const;
  }),
]);

/**
 * Returns the name of a capability, or for example `cap_41` if this package does not know it.
 *
 * @param number - 0 to 63
 * @throws RangeError for anything else
 */
export function capabilityName(number: number): CapabilityName {
  if (!Number.isInteger(number) || number < 0 || number >= capabilityBits) {
    throw new RangeError(`${number} is not the number of a capability, 0 to ${capabilityBits - 1}`);
  }
  return known[number] ?? `cap_${number}`;
}

/** Returns the number of a capability, or undefined if no capability has that name. @param name - in lower case */
export function capabilityNumber(name: string): number | undefined {
  return numbers.get(name);
}

/**
 * Returns the bit mask of some capabilities, bit n for capability n.
 *
 * @throws CapsError `unknown-capability`
 */
export function maskOf(names: readonly string[]): bigint {
  return names.reduce((mask, name) => {
    const number = numbers.get(name);
    if (number === undefined) throw unknownCapability(name);
    return mask | (1n << BigInt(number));
  }, 0n);
}

/** Returns the names of the bits of a mask, by number. Bits from 64 on are not capabilities and are left out. */
export function namesOf(mask: bigint): readonly CapabilityName[] {
  const names: CapabilityName[] = [];
  for (let number = 0; number < capabilityBits; number++) {
    if (((mask >> BigInt(number)) & 1n) === 1n) names.push(capabilityName(number));
  }
  return names;
}

/**
 * @param name - any value, because the list may come from JSON
 * @param path - its place, if it is a part of options or of a policy
 */
export function unknownCapability(name: unknown, path?: string): Error {
  const guess = `cap_${String(name).toLowerCase().replace(/^cap_/, '')}`;
  return capsError('unknown-capability', 'name', {
    what: path === undefined ? `${shown(name)} is not a capability` : `${path} is not a capability: ${shown(name)}`,
    path,
    hint: numbers.has(guess) ? `Write ${guess}.` : 'Write it as capabilities(7) does, in lower case: cap_net_raw.',
  });
}
