/** The keys of an OCI runtime configuration that are about system calls: `linux.seccomp` of the runtime-spec. */
import { custom, integer, list, object, Place, type Reader, required, text, word } from '@sb/core/document';

import { seccompError } from '../errors.js';

/** The actions of the runtime-spec. */
const ociActions = [
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
  'SCMP_ACT_NOTIFY',
] as const;

/** The comparisons of the runtime-spec; all compare 64 bits. */
const ociOperators = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const;

/** A condition on an argument; for `SCMP_CMP_MASKED_EQ`, `value` is the mask, and `valueTwo` is the expected result. */
export interface OciArgument {
  readonly index: number;
  readonly value: bigint;
  readonly valueTwo?: bigint;
  readonly op: (typeof ociOperators)[number];
}

/** Calls with an action. */
export interface OciSyscalls {
  readonly names: readonly string[];
  readonly action: (typeof ociActions)[number];
  readonly errnoRet?: number;
  readonly args?: readonly OciArgument[];
}

/** A rule of a profile. */
export interface OciRule extends OciSyscalls {
  /** Its place in the profile, where rules before it are left out. */
  readonly at?: number;
}

/** A profile. */
export interface OciProfile {
  readonly defaultAction: (typeof ociActions)[number];
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly string[];
  readonly syscalls?: readonly OciRule[];
  /** Flags for the load, and for notifications; they do not change the answer to any call. */
  readonly flags?: readonly string[];
  readonly listenerPath?: string;
  readonly listenerMetadata?: string;
}

/** A number of 64 bits in the form that {@link parseOci} leaves: JavaScript reads JSON numbers above 2⁵³ inexactly. */
const register: Reader<bigint> = custom({
  expected: 'an unsigned 64-bit number',
  schema: {},
  is: (value): value is number | string => Number.isSafeInteger(value) || isLong(value),
  read: (value, path) => {
    const digits = String(value).replace(longMark, '');
    const number = digits.length > 20 ? -1n : BigInt(digits);
    if (number >= 0n && number < 1n << 64n) return number;
    throw refusal(path, `is not an unsigned 64-bit number: ${digits.slice(0, 40)}`);
  },
});

/** The prefix of the digits of a number that was too long for JSON.parse. */
const longMark = '\0';
const isLong = (value: unknown): value is string => typeof value === 'string' && /^\0\d+$/.test(value);

const errno = short({ min: 1, max: 4095, what: 'an error number' });
const argument = object<OciArgument>({
  index: required(short({ min: 0, max: 5, what: 'an argument' })),
  value: required(register),
  valueTwo: register,
  op: required(word(ociOperators)),
});

/** A number of few digits: one that was too long for JSON.parse is shown as it was written. */
function short(bounds: { readonly min: number; readonly max: number; readonly what: string }): Reader<number> {
  const reader = integer(bounds);
  return {
    ...reader,
    read: (value, place) =>
      isLong(value)
        ? place.refuse(`is not ${reader.expected}: ${value.replace(longMark, '').slice(0, 40)}`, 'Correct the value.')
        : reader.read(value, place),
  };
}

/** The keys of a rule. */
export const ruleKeys = {
  names: required(list(text(), { min: 1, what: 'a list of calls' })),
  action: required(word(ociActions)),
  errnoRet: errno,
  args: list(argument, { max: 48, what: 'a list of conditions' }),
} as const;
const syscalls = object<OciSyscalls>(ruleKeys);

/** The keys of a profile. */
export const profileKeys = {
  defaultAction: required(word(ociActions)),
  defaultErrnoRet: errno,
  architectures: list(text(), { what: 'a list of architectures' }),
  syscalls: list(syscalls, { what: 'a list of rules' }),
  flags: list(text(), { what: 'a list of flags' }),
  listenerPath: text(),
  listenerMetadata: text(),
} as const;

/** Where a profile begins. */
export const profilePlace = new Place('', ({ path, what, hint }) => {
  throw refusal(path === '' ? 'profile' : path, what, hint);
});

/** Refuses a value of a profile, naming its place. */
export function refusal(path: string, what: string, hint = 'Correct the profile.'): Error {
  return seccompError('invalid-profile', 'oci', { what: `${path} ${what}`, hint, path });
}
