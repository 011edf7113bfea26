/** Capabilities of a unit, by systemd.exec(5). */
import { capabilityName, type CapsOptions, lastNamedCapability } from '@sb/caps';
import type { UnitSetting } from '@sb/seccomp/analysis';

import type { SandboxOptions } from '../policy/options.js';
import { refuseSetting, wordsOf } from './unit-values.js';

type Names = NonNullable<CapsOptions['ambient']>;

/** All that have a name. */
const capabilityNames: Names = Array.from({ length: lastNamedCapability + 1 }, (_, number) => capabilityName(number));

/** What the program has: root that stays has its bounding set, anybody else what is ambient. */
export function capsOf(
  settings: readonly UnitSetting[],
  user: UnitSetting | undefined,
): NonNullable<SandboxOptions['caps']> {
  const bounding = capabilities(settings, 'CapabilityBoundingSet', capabilityNames);
  const isLimited = bounding.length < capabilityNames.length;
  const ambient = capabilities(settings, 'AmbientCapabilities', []).filter((one) => bounding.includes(one));
  if (user === undefined && !isLimited) return 'off';
  const keep = user === undefined ? bounding : ambient;
  return keep.length === 0 ? 'none' : { keep, ambient: keep };
}

/**
 * A set after all assignments: each adds its names, or with `~` removes them. The first replaces what is there without one, and so
 * does an empty one (config_parse_capability_set in src/core/load-fragment.c).
 */
function capabilities(settings: readonly UnitSetting[], name: string, initial: Names): Names {
  let names = initial;
  for (const setting of settings.filter((one) => one.name === name)) {
    const isInverted = setting.value.startsWith('~');
    const given = wordsOf({ ...setting, value: setting.value.replace(/^~/, '') }).map((word) => nameOf(word, setting));
    const isFresh = given.length === 0 || names.length === initial.length;
    const before = isFresh ? (isInverted ? capabilityNames : []) : names;
    names = capabilityNames.filter((one) =>
      isInverted ? before.includes(one) && !given.includes(one) : before.includes(one) || given.includes(one),
    );
  }
  return names;
}

function nameOf(word: string, setting: UnitSetting): Names[number] {
  const found = capabilityNames.find((one) => one === word.toLowerCase());
  const hint = 'Write names of capabilities(7), such as CAP_CHOWN.';
  return found ?? refuseSetting(setting, `names ${word}, which is not a capability`, hint);
}
