import { shown } from '@sb/core/document';

import { errnoNumber, linuxErrnoName, maxErrno } from '../tables/errnos.js';
import { invalid } from '../errors.js';

/**
 * The result of a call, in seccomp(2)'s order of strictness from `kill-process` down to `allow`.
 *
 * - `kill-process`, `kill-thread`: ends it, as SIGSYS would.
 * - `trap`: SIGSYS, which a handler may catch; `data` is its `si_errno`.
 * - `errno`: the call fails with that error.
 * - `user-notify`: asks a supervisor; without one the call fails with `ENOSYS`.
 * - `trace`: asks a tracer, with `data` as its message; without one the call fails with `ENOSYS`.
 * - `log`: allows the call and writes it to the audit log.
 */
export type Action =
  | { readonly action: 'kill-process' | 'kill-thread' | 'user-notify' | 'log' | 'allow' }
  | { readonly action: 'errno'; readonly errno: string | number }
  | { readonly action: 'trap' | 'trace'; readonly data: number };

/** The name of an action. */
export type ActionName = Action['action'];

/** `SECCOMP_RET_*` of `linux/seccomp.h`. */
export const actionValues: Readonly<Record<ActionName, number>> = {
  'kill-process': 0x8000_0000,
  'kill-thread': 0x0000_0000,
  trap: 0x0003_0000,
  errno: 0x0005_0000,
  'user-notify': 0x7fc0_0000,
  trace: 0x7ff0_0000,
  log: 0x7ffc_0000,
  allow: 0x7fff_0000,
};

/** The names of the actions. */
export const actionNames = Object.keys(actionValues) as readonly ActionName[];

/** The call is let through. */
export const allow: Action = Object.freeze({ action: 'allow' });
/** The call is let through and written to the audit log. */
export const log: Action = Object.freeze({ action: 'log' });
/** The whole process ends (Linux 4.14). */
export const killProcess: Action = Object.freeze({ action: 'kill-process' });
/** The calling thread ends. The others continue without it, which is rarely intended. */
export const killThread: Action = Object.freeze({ action: 'kill-thread' });
/** A supervisor decides (Linux 5.0). */
export const userNotify: Action = Object.freeze({ action: 'user-notify' });

/**
 * The call fails with an error.
 *
 * @param error - Linux name or number, 1 to 4095. 0 is refused: it would report success for a call that never happened
 * @throws SeccompError `invalid-policy`
 */
export function errno(error: string | number): Action {
  return Object.freeze({ action: 'errno', errno: canonicalErrno(error, 'errno') });
}

/** SIGSYS, which a handler may catch. @param data - 0 to 65,535, its `si_errno` */
export function trap(data = 0): Action {
  return Object.freeze({ action: 'trap', data: actionData(data, 'data') });
}

/** A tracer decides. @param data - 0 to 65,535, its message */
export function trace(data = 0): Action {
  return Object.freeze({ action: 'trace', data: actionData(data, 'data') });
}

/** Checks an error's name or number, and returns the name if it has one. */
export function canonicalErrno(error: unknown, path: string): string | number {
  const number = typeof error === 'string' ? errnoNumber(error) : error;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1 || number > maxErrno) {
    throw invalid(
      path,
      `is not a Linux error: ${shown(error)}`,
      'Give a name such as EPERM, or a number from 1 to 4095; 0 would report success for a call that never happened.',
    );
  }
  const name = linuxErrnoName(number);
  return name === String(number) ? number : name;
}

/** Checks the 16 bits of data that a filter can return. */
export function actionData(data: unknown, path: string): number {
  if (typeof data === 'number' && Number.isInteger(data) && data >= 0 && data <= 0xffff) return data;
  throw invalid(path, `is not a 16-bit number: ${shown(data)}`, 'Give an integer from 0 to 65535.');
}

/** Returns the 32 bits that a filter returns for an action. */
export function encodeAction(action: Action): number {
  const value = actionValues[action.action];
  if (action.action === 'errno') {
    return value + (typeof action.errno === 'number' ? action.errno : (errnoNumber(action.errno) ?? Number.NaN));
  }
  return Object.hasOwn(action, 'data') && 'data' in action ? value + action.data : value;
}

/** Returns the action of 32 returned bits. @throws RangeError if the kernel would interpret them differently */
export function decodeAction(bits: number): Action {
  const data = bits & 0xffff;
  const value = (bits & 0xffff_0000) >>> 0;
  const name = actionNames.find((candidate) => actionValues[candidate] === value);
  if (name === undefined) throw new RangeError(`0x${bits.toString(16)} is not an action`);
  if (name === 'errno') return { action: name, errno: data === 0 ? 0 : canonicalErrno(data, 'errno') };
  return name === 'trap' || name === 'trace' ? { action: name, data } : { action: name };
}

/** Returns an action as short text, for instance `errno EPERM` or `trap 7`. */
export function describeAction(action: Action): string {
  if (action.action === 'errno') return `errno ${action.errno}`;
  return Object.hasOwn(action, 'data') && 'data' in action ? `${action.action} ${action.data}` : action.action;
}

/** Whether two actions are the same. */
export function sameAction(a: Action, b: Action): boolean {
  return encodeAction(a) === encodeAction(b);
}

/** Whether an action lets a call through without asking a supervisor or a tracer. */
export function lets(action: Action): boolean {
  return action.action === 'allow' || action.action === 'log';
}
