/** Tables of what options and policies of this layer may contain. */
import { type LayerLevels, requirementLevels } from '@sb/core';
import {
  boolean,
  callback,
  custom,
  described,
  either,
  integer,
  isText,
  lenient,
  list,
  object,
  type Options,
  type Reader,
  required,
  text,
  titled,
  word,
} from '@sb/core/document';

import {
  capabilityNumber,
  type CapabilityName,
  lastNamedCapability,
  capabilityName,
  unknownCapability,
} from './names.js';
import {
  type CapsFeature,
  type CapsLevels,
  type CapsOptions,
  type CapsPolicy,
  featureNames,
  features,
  type GetOptions,
  type PlanOptions,
  type RestrictOptions,
  type TextOptions,
} from './options.js';

const named = Array.from({ length: lastNamedCapability + 1 }, (_, number) => capabilityName(number));

/** A capability by its kernel name. */
const capability = titled(
  custom({
    expected: 'a capability such as cap_net_raw',
    schema: { anyOf: [{ enum: named }, { type: 'string', pattern: '^cap_(4[1-9]|5[0-9]|6[0-3])$' }] },
    is: isText,
    read: (value, path): CapabilityName => {
      if (capabilityNumber(value) !== undefined) return value as CapabilityName;
      throw unknownCapability(value, path);
    },
  }),
  'capability',
);

const capabilities = list(capability, { max: 64 * 64, what: 'a list of capabilities' });

/** The same object for each feature. */
function forFeatures<T>(option: T): Readonly<Record<CapsFeature, T>> {
  return Object.fromEntries(features.map((name) => [name, option])) as Record<CapsFeature, T>;
}

const levels = object<CapsLevels>(forFeatures(lenient(word(['require', 'prefer']))));

/** Options of `policy`. The defaults keep nothing and lock everything, so a missing value is a mistake. */
export const optionTable: Options<CapsOptions> = {
  keep: described(
    either<readonly CapabilityName[] | 'all'>(capabilities, word(['all'])),
    'What stays permitted. Default: nothing.',
  ),
  ambient: described(capabilities, 'What a program started afterwards has too; part of keep.'),
  inheritable: described(capabilities, 'What such a program has if its file says so; part of keep.'),
  bounding: described(
    either<readonly CapabilityName[] | 'drop' | 'leave'>(capabilities, word(['drop', 'leave'])),
    'Default: drop.',
  ),
  securebits: described(word(['lock', 'leave']), 'Default: lock.'),
  noNewPrivs: boolean,
  levels,
};

export const optionsReader: Reader<CapsOptions> = object<CapsOptions>(optionTable);

/** Levels by the names that reports have for features. */
export const levelsReader: Reader<LayerLevels> = object(
  Object.fromEntries(Object.values(featureNames).map((name) => [name, word(requirementLevels)])),
);

/** Options of `plan`. By default the user does not change. */
export const planReader: Reader<PlanOptions> = object<PlanOptions>({ userSwitch: lenient(boolean) });

/** Options of `restrictSelf`. If the change of user were missing by mistake, the user would stay. */
export const restrictReader: Reader<RestrictOptions> = object<RestrictOptions>({
  switchUser: callback<() => unknown>(),
});

/** Options of `get`. */
export const getReader: Reader<GetOptions> = object<GetOptions>({ threads: lenient(boolean) });

/** Options of the functions for texts. */
export const textReader: Reader<TextOptions> = object<TextOptions>({
  last: lenient(integer({ min: 0, max: 63, what: 'the number of a capability' })),
});

type Sets<Name extends string> = Readonly<Record<Name, readonly CapabilityName[]>>;

const three = {
  effective: required(capabilities),
  permitted: required(capabilities),
  inheritable: required(capabilities),
} as const;

/** The other fields of what `get` returns. */
const others = {
  noNewPrivs: lenient(boolean),
  securebits: lenient(list(text())),
  tid: lenient(integer({ min: 1, max: 2 ** 31 - 1, what: 'a thread id' })),
} as const;

/** The sets from which a text is written: those of `parse`, or all that `get` returns. */
export const setsReader: Reader<Sets<keyof typeof three>> = object({
  ...three,
  bounding: lenient(capabilities),
  ambient: lenient(capabilities),
  ...others,
});

/** What `get` returns. */
export const stateReader: Reader<Sets<keyof typeof three | 'bounding' | 'ambient'>> = object({
  ...three,
  bounding: required(capabilities),
  ambient: required(capabilities),
  ...others,
});

/** What a program that is started later gets. */
export const iabReader: Reader<Sets<'inheritable' | 'ambient' | 'blocked'>> = object({
  inheritable: required(capabilities),
  ambient: required(capabilities),
  blocked: required(capabilities),
});

/** A policy, which may have travelled as JSON. */
export const policyReader: Reader<CapsPolicy> = object<CapsPolicy>({
  layer: required(word(['caps'])),
  keep: required(capabilities),
  inheritable: required(capabilities),
  ambient: required(capabilities),
  bounding: required(capabilities),
  levels: required(object(forFeatures(required(word(requirementLevels))))),
});
