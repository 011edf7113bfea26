/** `SystemCallFilter=` and `SystemCallErrorNumber=`, word by word as systemd merges them. */
import { type Action, allow, errno, killProcess } from '../policy/actions.js';
import { errnoNumber } from '../tables/errnos.js';
import { expandGroup, isGroup } from '../tables/groups.js';
import { isSyscall, syscallNames } from '../tables/syscalls.js';
import type { Unsaid } from './from-oci.js';
import { unitRefusal, type UnitSetting } from './systemd-unit.js';

/** A list of calls as systemd has it. */
export interface CallList {
  /** What becomes of each call that is listed. */
  readonly calls: ReadonlyMap<string, Action>;
  /** What becomes of every other call. */
  readonly others: Action;
}

/** The data of groups name the release that they are from. */
const systemd = 'systemd-257';

/** The calls of a group as systemd has it, without those that this package adds. */
export function systemdGroup(name: string): readonly string[] | undefined {
  if (name === '@known') return syscallNames;
  if (!isGroup(name)) return undefined;
  const own = [...expandGroup(name)].filter(([, { source }]) => source === systemd).map(([call]) => call);
  return own.length === 0 ? undefined : own;
}

/**
 * What settings come to; undefined where no list is in force.
 *
 * @param settings - `SystemCallFilter=` in turn
 * @param denial - what `SystemCallErrorNumber=` says
 * @param unsaid - gets the names that systemd leaves out with a warning
 * @throws SeccompError `invalid-profile`
 */
export function callList(settings: readonly UnitSetting[], denial: Action, unsaid: Unsaid[]): CallList | undefined {
  let isAllowing: boolean | undefined;
  /** Errors by call; undefined for the usual denial, or for none in a list of what is allowed. */
  let listed = new Map<string, Action | undefined>();
  for (const { value, line } of settings) {
    const isInverted = value.startsWith('~');
    const words = value.replace(/^~/, '').split(/\s+/).filter(Boolean);
    if (value === '') [isAllowing, listed] = [undefined, new Map()];
    if (words.length === 0) continue;
    if (isAllowing === undefined && !isInverted) {
      for (const call of systemdGroup('@default') ?? []) listed.set(call, undefined);
    }
    isAllowing ??= !isInverted;
    for (const word of words) {
      const [name, error] = entryOf(word, line);
      if (error !== undefined && !isInverted) throw unitRefusal(line, `has an error for what it allows: ${word}`);
      const puts = isInverted !== isAllowing || error !== undefined;
      for (const call of callsOf(name, line, unsaid)) {
        if (puts) listed.set(call, error);
        else listed.delete(call);
      }
    }
  }
  if (isAllowing === undefined) return undefined;
  const usual = isAllowing ? allow : denial;
  const calls = [...listed].map(([name, error]) => [name, error ?? usual] as const);
  return { calls: new Map(calls), others: isAllowing ? denial : allow };
}

function callsOf(name: string, line: number, unsaid: Unsaid[]): readonly string[] {
  const calls = name.startsWith('@') ? systemdGroup(name) : isSyscall(name) ? [name] : undefined;
  if (calls === undefined) unsaid.push({ path: `line ${line}`, what: `${name} is not known and skipped` });
  return calls ?? [];
}

function entryOf(word: string, line: number): readonly [name: string, error: Action | undefined] {
  const [name = '', error, ...rest] = word.split(':');
  if (name === '' || rest.length > 0) throw unitRefusal(line, `is not a call: ${word}`);
  return [name, error === undefined ? undefined : denialOf(error, line)];
}

/** An error by name or number, or `kill`. @throws SeccompError `invalid-profile` */
export function denialOf(text: string, line: number): Action {
  if (text === 'kill') return killProcess;
  const number = /^\d+$/.test(text) ? Number(text) : errnoNumber(text);
  if (number === undefined || number < 1 || number > 4095) throw unitRefusal(line, `is not an error: ${text}`);
  return errno(number);
}
