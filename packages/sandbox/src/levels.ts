import type { RequirementLevel } from '@sb/core';

import { listAt, textAt } from './document.js';
import { refuse } from './errors.js';
import type { Levels, SandboxOptions } from './options.js';

/** The layers that have a level, in the order of the report. */
export const levelLayers = ['process', 'privdrop', 'caps', 'landlock', 'seccomp'] as const;

/** A layer that has a level. */
export type LevelLayer = (typeof levelLayers)[number];

/**
 * What holds where nothing is said. With no_new_privs and without a capability nothing can be gained from the bounding
 * set or by a securebit, and an ordinary user can't change either: they are a second line of defence.
 */
const defaults: Levels = new Map<string, RequirementLevel>([
  ['caps.bounding', 'prefer'],
  ['caps.securebits', 'prefer'],
]);

/** Features of layers other than Landlock, whose names depend on the policy. */
const features: Readonly<Record<Exclude<LevelLayer, 'landlock'>, readonly string[]>> = {
  process: [],
  privdrop: [],
  caps: ['capabilities', 'keep', 'ambient', 'bounding', 'securebits'],
  seccomp: [],
};

/** Reads `require`, `prefer` and `off`; refuses unknown names and those that are given twice. */
export function levelsOf(options: Pick<SandboxOptions, 'require' | 'prefer' | 'off'>): Levels {
  const levels = new Map<string, RequirementLevel>();
  for (const level of ['require', 'prefer', 'off'] as const) {
    for (const name of listAt(options[level] ?? [], level, nameAt)) {
      if (levels.has(name)) refuse(level, `and ${levels.get(name)} both name ${name}`, 'Leave one of them out.');
      if (name === 'process' && level === 'off') {
        refuse(level, 'names process', 'Set newSession, dieWithParent or rlimits instead.');
      }
      levels.set(name, level);
    }
  }
  return levels;
}

function nameAt(value: unknown, path: string): string {
  const name = textAt(value, path);
  const [layer = '', ...feature] = name.split('.');
  const known = levelLayers.find((one) => one === layer);
  if (known === undefined) return refuse(path, `names no layer: ${name}`, `Use one of: ${levelLayers.join(', ')}.`);
  // Landlock's features are checked when the policy that has them is known.
  if (feature.length === 0 || known === 'landlock' || features[known].includes(feature.join('.'))) return name;
  const choices = features[known].map((one) => `${known}.${one}`);
  return refuse(path, `names no feature of ${known}: ${name}`, `Use one of: ${[known, ...choices].join(', ')}.`);
}

/** The level of a layer or feature: its own, else that of the nearest that it belongs to, else the default. */
export function levelOf(levels: Levels, name: string): RequirementLevel {
  for (let at = name; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const level = levels.get(at);
    if (level !== undefined) return level;
  }
  return defaults.get(name) ?? 'require';
}

/** The level of a layer that can't be in parts, and can't be off here. */
export function layerLevel(levels: Levels, layer: LevelLayer): Exclude<RequirementLevel, 'off'> {
  return levelOf(levels, layer) === 'prefer' ? 'prefer' : 'require';
}
