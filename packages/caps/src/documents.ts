/** What options and policies of this layer may hold, as tables. */
import { requirementLevels } from '@sb/core';
import {
  boolean,
  custom,
  either,
  isText,
  lenient,
  list,
  object,
  type Options,
  type Reader,
  required,
  word,
} from '@sb/core/document';

import {
  capabilityNumber,
  type CapabilityName,
  lastNamedCapability,
  capabilityName,
  unknownCapability,
} from './names.js';
import type { CapsFeature, CapsLevels, CapsOptions, CapsPolicy } from './policy.js';

/** The features of this layer that have a level, each with the name that reports use. */
export const featureNames = {
  capabilities: 'capabilities',
  keep: 'keep',
  ambient: 'ambient',
  bounding: 'bounding',
  securebits: 'securebits',
  noNewPrivs: 'no_new_privs',
} as const;

/** The features, in the order of a report. */
export const features = Object.keys(featureNames) as readonly CapsFeature[];

const named = Array.from({ length: lastNamedCapability + 1 }, (_, number) => capabilityName(number));

/** A capability by its kernel name. */
const capability = custom({
  expected: 'a capability such as cap_net_raw',
  schema: { anyOf: [{ enum: named }, { type: 'string', pattern: '^cap_(4[1-9]|5[0-9]|6[0-3])$' }] },
  is: isText,
  read: (value, path): CapabilityName => {
    if (capabilityNumber(value) !== undefined) return value as CapabilityName;
    throw unknownCapability(value, path);
  },
});

const capabilities = list(capability, { max: 64 * 64, what: 'a list of capabilities' });

/** The same object for each feature. */
function forFeatures<T>(option: T): Readonly<Record<CapsFeature, T>> {
  return Object.fromEntries(features.map((name) => [name, option])) as Record<CapsFeature, T>;
}

const levels = object<CapsLevels>(forFeatures(lenient(word(['require', 'prefer']))));

/** Options of `policy`. The defaults keep nothing and lock everything, so a value that is missing is a mistake. */
export const optionsReader: Reader<CapsOptions> = object<CapsOptions>({
  keep: either<readonly CapabilityName[] | 'all'>(capabilities, word(['all'])),
  ambient: capabilities,
  inheritable: capabilities,
  bounding: either<readonly CapabilityName[] | 'drop' | 'leave'>(capabilities, word(['drop', 'leave'])),
  securebits: word(['lock', 'leave']),
  noNewPrivs: boolean,
  levels,
} satisfies Options<CapsOptions>);

/** A policy, which may have travelled as JSON. */
export const policyReader: Reader<CapsPolicy> = object<CapsPolicy>({
  layer: required(word(['caps'])),
  keep: required(capabilities),
  inheritable: required(capabilities),
  ambient: required(capabilities),
  bounding: required(capabilities),
  levels: required(object(forFeatures(required(word(requirementLevels))))),
});
