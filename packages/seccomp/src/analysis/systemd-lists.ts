/** `RestrictAddressFamilies=` and `RestrictNamespaces=`, word by word as systemd 257 merges them (src/core/load-fragment.c). */
import { CLONE_NEW } from '../policy/detours.js';
import { type SocketFamily, socketFamilies } from '../tables/families.js';
import type { Families } from './systemd-filters.js';
import { unitRefusal, type UnitSetting, unitSwitch, wordsIn } from './systemd-unit.js';

/**
 * Returns the families of a unit; undefined where it restricts none.
 *
 * @param settings - `RestrictAddressFamilies=` in turn; the first says whether its words are allowed or denied
 * @throws SeccompError `invalid-profile` for a word that is not known
 */
export function familiesOf(settings: readonly UnitSetting[]): Families | undefined {
  const since = settings.slice(settings.findLastIndex(({ value }) => value === '') + 1);
  const [first] = since;
  if (first === undefined) return undefined;
  let isDeny = first.value.startsWith('~');
  const listed = new Set<SocketFamily>();
  for (const { value, line } of since) {
    if (value === 'none') {
      isDeny = false;
      listed.clear();
      continue;
    }
    for (const word of wordsIn(value.replace(/^~/, ''))) {
      const name = word === 'AF_LOCAL' ? 'AF_UNIX' : word;
      const family = socketFamilies.find((one) => one === name);
      if (family === undefined)
        throw unitRefusal(line, `is not an address family: ${word}`, 'Write names such as AF_INET6, or none.');
      if (value.startsWith('~') === isDeny) listed.add(family);
      else listed.delete(family);
    }
  }
  return { listed: [...listed], isDeny };
}

/** `CLONE_NEW*` of linux/sched.h, by the names of systemd. */
const flags: ReadonlyMap<string, number> = new Map([
  ['cgroup', 0x0200_0000],
  ['ipc', 0x0800_0000],
  ['net', 0x4000_0000],
  ['mnt', 0x0002_0000],
  ['pid', 0x2000_0000],
  ['user', 0x1000_0000],
  ['uts', 0x0400_0000],
]);

/**
 * Returns the kinds of namespaces that a unit closes, as `CLONE_NEW*`.
 *
 * @param settings - `RestrictNamespaces=` in turn
 * @throws SeccompError `invalid-profile` for a word that is not known
 */
export function closedNamespaces(settings: readonly UnitSetting[]): number {
  let kept: number | undefined;
  for (const { value, line } of settings) {
    const all = unitSwitch(value);
    if (value === '') kept = undefined;
    else if (all !== undefined) kept = all ? 0 : CLONE_NEW;
    else kept = merged(kept, { isDeny: value.startsWith('~'), named: flagsOf(value.replace(/^~/, ''), line) });
  }
  return CLONE_NEW & ~(kept ?? CLONE_NEW);
}

function merged(kept: number | undefined, { isDeny, named }: { isDeny: boolean; named: number }): number {
  if (isDeny) return (kept ?? CLONE_NEW) & ~named;
  return (kept ?? 0) | named;
}

function flagsOf(text: string, line: number): number {
  return wordsIn(text).reduce((all, word) => {
    const flag = flags.get(word);
    if (flag !== undefined) return all | flag;
    throw unitRefusal(
      line,
      `is not a kind of namespace: ${word}`,
      `Use yes, no, or names: ${[...flags.keys()].join(' ')}.`,
    );
  }, 0);
}
