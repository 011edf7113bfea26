/** The settings of `linux/securebits.h`, each at bit 2n with its lock at bit 2n + 1. */
const settings = [
  'noroot',
  'no_setuid_fixup',
  'keep_caps',
  'no_cap_ambient_raise',
  'exec_restrict_file', // Linux 6.14
  'exec_deny_interactive',
] as const;

type Setting = (typeof settings)[number];

/** A securebit by the name that `setpriv(1)` and `capabilities(7)` use; `_locked` for its lock. */
export type Securebit = Setting | `${Setting}_locked` | `secbit_${number}`;

/** The securebits of a locked thread: uid 0 gives nothing, and that cannot be undone (`native/caps.c` says why). */
export const lockedSecurebits: readonly Securebit[] = [
  'noroot',
  'noroot_locked',
  'no_setuid_fixup_locked',
  'keep_caps_locked',
  'no_cap_ambient_raise',
  'no_cap_ambient_raise_locked',
];

/** Names the bits of a securebits value, lowest first; for example `secbit_12` for a bit without a name. */
export function securebitNames(bits: number): readonly Securebit[] {
  const names: Securebit[] = [];
  for (let bit = 0; bit < 32; bit++) {
    if (((bits >>> bit) & 1) === 1) names.push(securebitName(bit));
  }
  return names;
}

function securebitName(bit: number): Securebit {
  const setting = settings[bit >> 1];
  if (setting === undefined) return `secbit_${bit}`;
  return bit % 2 === 0 ? setting : `${setting}_locked`;
}
