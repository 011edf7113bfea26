import type { RequirementLevel } from '@sb/core';

import { custom, isText, list, type Reader, shown } from '@sb/core/document';

import { refuse } from '../errors.js';
import { cgroupNames } from './cgroup.js';
import type { Levels, SandboxOptions } from './options.js';

/** The layers that have a level, in the order of the report. */
export const levelLayers = ['process', 'privdrop', 'caps', 'landlock', 'seccomp'] as const;

/** A layer that has a level. */
export type LevelLayer = (typeof levelLayers)[number];

/**
 * The default levels. With no_new_privs and without capabilities, a process gains nothing from the bounding set or a
 * securebit, and an ordinary user cannot change either. They are a second line of defence.
 */
const defaults: Levels = new Map<string, RequirementLevel>([
  ['caps.bounding', 'prefer'],
  ['caps.securebits', 'prefer'],
  // Linux 6.12 is the first that supports it. The program itself ends with its parent on every kernel.
  ['process.descendants', 'prefer'],
]);

/** Features of layers other than Landlock; the names of Landlock's depend on the policy. */
const features: Readonly<Record<Exclude<LevelLayer, 'landlock'>, readonly string[]>> = {
  process: ['descendants', 'cgroup', ...cgroupNames.map((name) => `cgroup.${name}`)],
  privdrop: [],
  caps: ['capabilities', 'keep', 'ambient', 'bounding', 'securebits'],
  seccomp: [],
};

/** The options that set levels. */
type LevelOption = 'require' | 'prefer' | 'off';

/** The names that such an option accepts, in addition to those of Landlock's features. */
function levelNames(option: LevelOption): readonly string[] {
  const layers = levelLayers.filter((layer) => option !== 'off' || layer !== 'process');
  return [...layers, ...namesOf('process'), ...namesOf('caps')];
}

function namesOf(layer: 'process' | 'caps'): readonly string[] {
  return features[layer].map((feature) => `${layer}.${feature}`);
}

/** A list of layers and features. */
export function levelListReader(option: LevelOption): Reader<readonly string[]> {
  const names = levelNames(option);
  const name = custom({
    expected: 'a layer, or a feature of one',
    schema: {
      // Fewer names can be switched off than required.
      title: option === 'off' ? 'featureToSwitchOff' : 'feature',
      anyOf: [{ enum: names }, { type: 'string', pattern: '^landlock\\.[^\\u0000]*$' }],
    },
    is: isText,
    read: (value, path) => nameAt(value, path, option),
  });
  return list(name, { unique: true, what: 'a list of layers and features' });
}

/** Combines `require`, `prefer` and `off`; refuses a name that has two levels. */
export function levelsOf(options: Pick<SandboxOptions, 'require' | 'prefer' | 'off'>): Levels {
  const levels = new Map<string, RequirementLevel>();
  for (const level of ['require', 'prefer', 'off'] as const) {
    for (const name of options[level] ?? []) {
      if (levels.has(name)) refuse(level, `and ${levels.get(name)} both name ${name}`, 'Leave one of them out.');
      levels.set(name, level);
    }
  }
  return levels;
}

function nameAt(name: string, path: string, option: LevelOption): string {
  const [layer = '', ...feature] = name.split('.');
  const known = levelLayers.find((one) => one === layer);
  if (known === undefined)
    return refuse(path, `names an unknown layer: ${shown(name)}`, `Use one of: ${levelLayers.join(', ')}.`);
  if (name === 'process' && option === 'off') {
    refuse(
      path,
      'names process, which cannot be off as a whole',
      'Name a feature such as process.descendants, or set newSession, dieWithParent or rlimits.',
    );
  }
  // Landlock's features are checked when the policy that has them is known.
  const isLandlocks = known === 'landlock' && !name.includes('\0');
  if (feature.length === 0 || isLandlocks || featuresOf(known).includes(feature.join('.'))) return name;
  const choices = featuresOf(known).map((one) => `${known}.${one}`);
  return refuse(
    path,
    `names an unknown feature of ${known}: ${shown(name)}`,
    `Use one of: ${[known, ...choices].join(', ')}.`,
  );
}

function featuresOf(layer: LevelLayer): readonly string[] {
  return layer === 'landlock' ? [] : features[layer];
}

/**
 * Returns the level of a layer or feature: its own, otherwise that of the nearest layer or feature that contains it,
 * otherwise the default.
 */
export function levelOf(levels: Levels, name: string): RequirementLevel {
  for (let at = name; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const level = levels.get(at);
    if (level !== undefined) return level;
  }
  return defaults.get(name) ?? 'require';
}

/** The level of a layer that cannot be partly enforced, and cannot be off here. */
export function layerLevel(levels: Levels, layer: LevelLayer): Exclude<RequirementLevel, 'off'> {
  return levelOf(levels, layer) === 'prefer' ? 'prefer' : 'require';
}
