/** `SystemCallFilter=` and `SystemCallErrorNumber=`, word by word as systemd merges them. */
import { type Action, allow, errno, killProcess, sameAction } from '../policy/actions.js';
import { errnoNumber } from '../tables/errnos.js';
import { expandGroup, isGroup } from '../tables/groups.js';
import { isSyscall, syscallNames } from '../tables/syscalls.js';
import { isNewer, newerNote } from './newer-names.js';
import type { Unsaid } from './unsaid.js';
import { unitRefusal, type UnitSetting, wordsIn } from './systemd-unit.js';

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
function systemdGroup(name: string): readonly string[] | undefined {
  if (name === '@known') return syscallNames();
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
  let list: Listed | undefined;
  for (const setting of settings) {
    const words = wordsIn(setting.value.replace(/^~/, ''));
    if (setting.value === '') list = undefined;
    if (words.length === 0) continue;
    list ??= begun(!setting.value.startsWith('~'));
    for (const word of words) addWord(list, word, { setting, unsaid });
  }
  if (list === undefined) return undefined;
  const usual = list.isAllowing ? allow : denial;
  const calls = [...list.errors].map(([name, error]) => [name, error ?? usual] as const);
  const refused = list.isAllowing ? calls.find(([, error]) => sameAction(error, denial)) : undefined;
  if (refused !== undefined) unsaid.push({ path: 'SystemCallFilter', what: notStarted(refused[0]) });
  return { calls: new Map(calls), others: list.isAllowing ? denial : allow };
}

/** libseccomp takes no rule whose answer is that of the filter to all other calls (seccomp_rule_add(3)). */
const notStarted = (name: string): string =>
  `systemd does not start the unit: ${name} has the error of calls that are not listed, so leave that error out`;

/** What the first setting makes of a list, and the words since. */
interface Listed {
  readonly isAllowing: boolean;
  /** Errors by call; undefined for the usual denial, or for none in a list of what is allowed. */
  readonly errors: Map<string, Action | undefined>;
}

/** systemd adds what every program needs to a list of what is allowed. */
function begun(isAllowing: boolean): Listed {
  const calls = isAllowing ? (systemdGroup('@default') ?? []) : [];
  return { isAllowing, errors: new Map(calls.map((call) => [call, undefined])) };
}

interface Place {
  readonly setting: UnitSetting;
  readonly unsaid: Unsaid[];
}

/** A word that the list is not about takes calls off it, unless it names an error (`seccomp_parse_syscall_filter`). */
function addWord({ isAllowing, errors }: Listed, word: string, { setting: { value, line }, unsaid }: Place): void {
  const isInverted = value.startsWith('~');
  const [name, error] = entryOf(word, line);
  if (error !== undefined && !isInverted) throw unitRefusal(line, `has an error for what it allows: ${word}`);
  const puts = isInverted !== isAllowing || error !== undefined;
  for (const call of callsOf(name, line, unsaid)) {
    if (puts) errors.set(call, error);
    else errors.delete(call);
  }
}

function callsOf(name: string, line: number, unsaid: Unsaid[]): readonly string[] {
  const calls = name.startsWith('@') ? systemdGroup(name) : isSyscall(name) ? [name] : undefined;
  if (calls === undefined) unsaid.push({ path: `line ${line}`, what: `${name} is not known and skipped` });
  if (isNewer(name)) unsaid.push({ path: `line ${line}`, what: newerNote(name) });
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
