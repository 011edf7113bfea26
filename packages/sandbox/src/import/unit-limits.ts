/** `Limit…=` of a unit, by systemd.exec(5) and src/basic/rlimit-util.c. */
import type { UnitSetting } from '@sb/seccomp/analysis';

import type { RlimitValue, SandboxOptions } from '../policy/options.js';
import { type RlimitName, rlimitNumbers } from '../policy/rlimits.js';
import type { UnsaidSetting } from './imported.js';
import { refuseSetting, sizeIn } from './unit-values.js';

const inBytes: ReadonlySet<string> = new Set(['fsize', 'data', 'stack', 'core', 'rss', 'as', 'memlock', 'msgqueue']);

/** Spans of time in microseconds, by systemd.time(7). */
const spans: ReadonlyMap<string, number> = new Map(
  Object.entries({
    us: 1,
    usec: 1,
    ms: 1000,
    msec: 1000,
    s: 1_000_000,
    sec: 1_000_000,
    second: 1_000_000,
    seconds: 1_000_000,
    m: 60_000_000,
    min: 60_000_000,
    minute: 60_000_000,
    minutes: 60_000_000,
    h: 3_600_000_000,
    hr: 3_600_000_000,
    hour: 3_600_000_000,
    hours: 3_600_000_000,
    d: 86_400_000_000,
    day: 86_400_000_000,
    days: 86_400_000_000,
    w: 604_800_000_000,
    week: 604_800_000_000,
    weeks: 604_800_000_000,
  }),
);

/**
 * Returns the limits of a unit; the last assignment of each counts, and an empty one resets it. A sandbox sets both limits alike: the
 * hard one, up to which a program may raise the soft one itself.
 *
 * @throws SandboxError `invalid-policy` with the line
 */
export function limitsOf(
  settings: readonly UnitSetting[],
  unsaid: UnsaidSetting[],
): NonNullable<SandboxOptions['rlimits']> {
  const limits = new Map<string, RlimitValue>();
  for (const setting of settings) {
    const name = /^Limit([A-Z]+)$/.exec(setting.name)?.[1]?.toLowerCase();
    if (name === undefined) continue;
    if (!isLimit(name)) return refuseSetting(setting, 'is not a limit', `Use one of: ${limitNames}.`);
    if (setting.value === '') limits.delete(name);
    else limits.set(name, limitOf(name, setting, unsaid));
  }
  return Object.fromEntries(limits);
}

const isLimit = (name: string): name is RlimitName => Object.hasOwn(rlimitNumbers, name);
const limitNames = Object.keys(rlimitNumbers)
  .map((name) => `Limit${name.toUpperCase()}`)
  .join(', ');

function limitOf(name: RlimitName, setting: UnitSetting, unsaid: UnsaidSetting[]): RlimitValue {
  const [soft = '', hard = soft, ...more] = setting.value.split(':').map((one) => one.trim());
  const [first, last] = [soft, hard].map((one) => valueOf(name, one)) as [
    RlimitValue | undefined,
    RlimitValue | undefined,
  ];
  if (first === undefined || last === undefined || more.length > 0)
    return refuseSetting(setting, 'is not a limit', hintFor(name));
  if (first !== last)
    unsaid.push({
      path: `line ${setting.line}`,
      what: `the soft limit ${soft} has no place in the policy: the hard one stands for both`,
    });
  return last;
}

function hintFor(name: RlimitName): string {
  const form = inBytes.has(name)
    ? 'bytes such as 512M'
    : name === 'cpu' || name === 'rttime'
      ? 'a time such as 1min'
      : 'a number';
  return `Write ${form}, infinity, or a soft and a hard limit as SOFT:HARD.`;
}

function valueOf(name: RlimitName, text: string): RlimitValue | undefined {
  if (text === 'infinity') return 'unlimited';
  if (inBytes.has(name)) return /^\d{1,15}[BKMGTP]?$/.test(text) ? exact(sizeIn(text)) : undefined;
  // The kernel counts up from 20, and a sign gives the nice value itself (getrlimit(2)).
  if (name === 'nice' && /^[+-]\d{1,2}$/.test(text)) return 20 - Number(text);
  if (name === 'cpu') return timeOf(text, 1_000_000);
  if (name === 'rttime') return timeOf(text, 1);
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

const exact = (value: number): number | undefined => (Number.isSafeInteger(value) ? value : undefined);

/** A span of time in units of so many microseconds, rounded up as systemd rounds it. @param unit - of a number without one */
function timeOf(text: string, unit: number): number | undefined {
  if (!/^(?:\d{1,12}(?:\.\d{1,6})?\s*[a-z]*\s*)+$/.test(text.slice(0, 100)) || text.length > 100) return undefined;
  let total = 0;
  for (const [, number = '', word = ''] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/g)) {
    const factor = word === '' ? unit : spans.get(word);
    if (factor === undefined) return undefined;
    total += Number(number) * factor;
  }
  return exact(Math.ceil(total / unit));
}
