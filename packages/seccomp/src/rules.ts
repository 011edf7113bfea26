import { type Action, actionData, type ActionName, actionValues, canonicalErrno } from './actions.js';
import { type Condition, condition as makeCondition, comparisons } from './conditions.js';
import { listAt, objectAt, show, wordAt } from './document.js';
import { invalid, seccompError } from './errors.js';
import { isSyscall } from './syscalls.js';

/** A rule: the action for a call whose arguments satisfy all conditions; without conditions, for every such call. */
export interface Rule {
  /** Name of the call, as in the kernel's `__NR_` names. */
  readonly syscall: string;
  readonly when: readonly Condition[];
  readonly action: Action;
}

/** A rule as it may be written: `when` may be left out, an action without data may be its name. */
export interface RuleOptions {
  readonly syscall: string;
  readonly when?: readonly Condition[];
  readonly action: Action | SimpleActionName;
}

/** Actions that need no data. */
export type SimpleActionName = Exclude<ActionName, 'errno' | 'trap' | 'trace'>;

const actionNames = Object.keys(actionValues) as ActionName[];
const conditionsMax = 48;
const low32 = 0xffff_ffff;
const low64 = 0xffff_ffff_ffff_ffffn;

/** Checks a rule of a document. @throws SeccompError naming its place */
export function ruleAt(value: unknown, path: string): Rule {
  const { syscall, when, action } = objectAt(value, path, ['syscall', 'when', 'action']);
  if (Array.isArray(when) && when.length > conditionsMax) {
    throw invalid(
      `${path}.when`,
      `has ${when.length} conditions`,
      `Give at most ${conditionsMax}; there are six arguments.`,
    );
  }
  return Object.freeze({
    syscall: syscallAt(syscall, `${path}.syscall`),
    when: listAt(when, `${path}.when`, conditionAt),
    action: actionAt(action, `${path}.action`),
  });
}

/** Checks the name of a call. Names that only other architectures have are accepted; they filter nothing here. */
export function syscallAt(value: unknown, path: string): string {
  if (typeof value === 'string' && isSyscall(value)) return value;
  throw seccompError('unknown-syscall', 'policy', {
    what: `${path} is no system call: ${show(value)}`,
    hint: 'Give a name as in the kernel headers, without "__NR_"; groups start with "@".',
    path,
  });
}

/** The data that goes with some actions. */
const actionFields: Readonly<Partial<Record<ActionName, 'errno' | 'data'>>> = {
  errno: 'errno',
  trap: 'data',
  trace: 'data',
};

/** Checks an action: its name, or an object with its data. */
export function actionAt(value: unknown, path: string): Action {
  const fields =
    typeof value === 'string'
      ? objectAt({ action: value }, path, ['action'])
      : objectAt(value, path, ['action', 'errno', 'data']);
  const action = wordAt(fields['action'], typeof value === 'string' ? path : `${path}.action`, actionNames);
  const other = Object.keys(fields).find((key) => key !== 'action' && key !== actionFields[action]);
  if (other !== undefined) throw invalid(`${path}.${other}`, `means nothing for ${action}`, 'Leave it out.');
  if (action === 'errno') {
    return Object.freeze({ action, errno: canonicalErrno(fields['errno'], `${path}.errno`) });
  }
  if (action === 'trap' || action === 'trace') {
    return Object.freeze({
      action,
      data: actionData(fields['data'] === undefined ? 0 : fields['data'], `${path}.data`),
    });
  }
  return Object.freeze({ action });
}

function conditionAt(value: unknown, path: string): Condition {
  const fields = objectAt(value, path, ['arg', 'compare', 'value', 'mask']);
  const { arg } = fields;
  if (typeof arg !== 'number' || !Number.isInteger(arg) || arg < 0 || arg > 5) {
    throw invalid(`${path}.arg`, `is no argument: ${show(arg)}`, 'Give 0 for the first to 5 for the sixth.');
  }
  const compare = wordAt(fields['compare'], `${path}.compare`, comparisons);
  const number = compare.endsWith('32') ? narrowAt : wideAt;
  const isMasked = compare.startsWith('masked');
  if (Object.hasOwn(fields, 'mask') !== isMasked) {
    throw invalid(`${path}.mask`, isMasked ? 'is missing' : `means nothing for ${compare}`, 'A mask goes with masked.');
  }
  return makeCondition({
    arg,
    compare,
    value: number(fields['value'], `${path}.value`),
    ...(isMasked ? { mask: number(fields['mask'], `${path}.mask`) } : {}),
  });
}

function narrowAt(value: unknown, path: string): number {
  const number = typeof value === 'string' && /^0x[0-9a-f]{1,8}$/i.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= low32) return number;
  throw invalid(
    path,
    `is no unsigned 32-bit number: ${show(value)}`,
    'Give 0 to 4294967295; write -1 as 0xffffffff, and use a 64-bit form for anything wider.',
  );
}

function wideAt(value: unknown, path: string): string {
  const isSafe = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  const isText = typeof value === 'string' && /^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(value);
  if (isSafe || isText || typeof value === 'bigint') {
    const number = BigInt(value);
    if (number >= 0n && number <= low64) return `0x${number.toString(16).padStart(16, '0')}`;
  }
  throw invalid(
    path,
    `is no unsigned 64-bit number: ${show(value)}`,
    'Give an integer from 0; above 2⁵³ a bigint, or in JSON a string such as "0xffffffffffffffff".',
  );
}
