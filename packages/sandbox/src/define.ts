import { policy as capsPolicy } from '@sb/caps';
import { requirementLevels } from '@sb/core';
import { type Base, policy as seccompPolicy, presets as seccompPresets } from '@sb/seccomp';

import { booleanAt, integerAt, listAt, objectAt, plainAt, text, textAt, wordAt } from './document.js';
import { refuse } from './errors.js';
import { filesystemPresets, landlockPolicy } from './filesystem.js';
import { levelsOf } from './levels.js';
import type { RlimitValue, SandboxOptions, SandboxPolicy } from './options.js';
import { rlimitNumbers } from './process-record.js';

/** Largest descriptor that can be kept: the usual hard limit of an ordinary process lies above it. */
const maxDescriptor = 1023;

/** Largest id; 2³²−1 means "leave unchanged" to the kernel. */
const maxId = 0xffff_fffe;

type Checks = Readonly<Record<keyof SandboxPolicy, (value: unknown, path: string) => unknown>>;

/** How each option is checked. A table, so that none is forgotten. */
const checks: Checks = {
  $schema: textAt,
  version: (value, path) => wordAt(value, path, [1]),
  user: userAt,
  groups: (value, path) => (Array.isArray(value) ? listAt(value, path, nameOrId) : wordAt(value, path, groupWords)),
  privateGroup: (value, path) => wordAt(value, path, requirementLevels),
  caps: capsAt,
  landlock: landlockAt,
  seccomp: seccompAt,
  unix: (value, path) => (Array.isArray(value) ? listAt(value, path, textAt) : wordAt(value, path, ['any'])),
  ipc: booleanAt,
  rlimits: rlimitsAt,
  env: environmentAt,
  cwd: textAt,
  umask: (value, path) => integerAt(value, path, [0, 0o777]),
  keepDescriptors: descriptorsAt,
  newSession: booleanAt,
  dieWithParent: booleanAt,
  execOnce: booleanAt,
  require: namesAt,
  prefer: namesAt,
  off: namesAt,
};

const groupWords = ['none', 'initgroups'] as const;

/**
 * Checks options, or a document such as a parsed JSON file, and gives back a frozen policy that `JSON.stringify` and
 * this function turn into each other. Pure: no user is looked up, no path is looked at, and the kernel isn't asked.
 *
 * @param document - a {@link SandboxOptions}, a {@link SandboxPolicy} or what was parsed from JSON; its form is
 *   described by `schema/policy.schema.json`
 * @throws SandboxError `invalid-policy`, with the place in the document as `path`; the errors of the layers' `policy`
 */
export function definePolicy(document: SandboxOptions | SandboxPolicy): SandboxPolicy {
  const keys = Object.keys(checks) as (keyof SandboxPolicy)[];
  plainAt(document, 'policy');
  const fields = objectAt(document, 'policy', keys);
  const given = keys.filter((key) => fields[key] !== undefined);
  for (const key of given) checks[key](fields[key], key);
  levelsOf(document);
  if (fields['groups'] !== undefined && fields['user'] === undefined) {
    refuse('groups', 'are those of a user, and none is named', 'Name a user; without one the groups stay.');
  }
  if (fields['privateGroup'] !== undefined && fields['user'] === undefined) {
    refuse('privateGroup', 'goes with a user, and none is named', 'Name a user; without one the group stays.');
  }
  return deepFrozen({ ...structuredClone(document), version: 1 });
}

function userAt(value: unknown, path: string): unknown {
  if (typeof value !== 'object') return nameOrId(value, path);
  const { user, group } = objectAt(value, path, ['user', 'group']);
  nameOrId(user, `${path}.user`);
  return group === undefined ? value : nameOrId(group, `${path}.group`);
}

function nameOrId(value: unknown, path: string): string | number {
  return typeof value === 'number' ? integerAt(value, path, [0, maxId]) : textAt(value, path);
}

function capsAt(value: unknown, path: string): unknown {
  if (typeof value !== 'object') return wordAt(value, path, ['none', 'off']);
  for (const key of ['levels', 'noNewPrivs']) refuseKey(value, path, key);
  return capsPolicy(value as object);
}

function landlockAt(value: unknown, path: string): unknown {
  if (typeof value !== 'object') return wordAt(value, path, ['off', ...filesystemPresets]);
  refuseKey(value, path, 'require');
  return landlockPolicy(value as object);
}

function seccompAt(value: unknown, path: string): unknown {
  if (typeof value !== 'object') return wordAt(value, path, ['off', ...(Object.keys(seccompPresets) as Base[])]);
  refuseKey(value, path, 'level');
  return seccompPolicy(value as { base: Base });
}

/** A layer's own levels: they are said in one place for all layers. */
function refuseKey(value: object | null, path: string, key: string): void {
  if (value === null || Array.isArray(value)) refuse(path, 'is no object', 'Leave it out, or give one.');
  if (key in value) refuse(`${path}.${key}`, 'is said elsewhere', "Use the sandbox's own require, prefer and off.");
}

function rlimitsAt(value: unknown, path: string): unknown {
  const limits = objectAt(value, path, Object.keys(rlimitNumbers));
  for (const [name, limit] of Object.entries(limits)) rlimitAt(limit, `${path}.${name}`);
  return limits;
}

function rlimitAt(value: unknown, path: string): RlimitValue {
  return value === 'unlimited' ? value : integerAt(value, path, [0, Number.MAX_SAFE_INTEGER]);
}

function environmentAt(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(path, 'is no object', 'Give one.');
  for (const [name, content] of Object.entries(value)) {
    if (!/^[^=\0]+$/.test(name)) refuse(path, `has the name ${text(name)}`, 'A name is not empty and holds no =.');
    if (typeof content !== 'string' || content.includes('\0')) {
      refuse(`${path}.${name}`, 'is no text', 'Give a text without a NUL.');
    }
  }
  return value;
}

function descriptorsAt(value: unknown, path: string): readonly number[] {
  const descriptors = listAt(value, path, (one, at) => integerAt(one, at, [3, maxDescriptor]));
  const twice = descriptors.find((one, index) => descriptors.indexOf(one) !== index);
  return twice === undefined ? descriptors : refuse(path, `names ${twice} twice`, 'Leave one out.');
}

function namesAt(value: unknown, path: string): readonly string[] {
  return listAt(value, path, textAt);
}

function deepFrozen<T extends object>(value: T): T {
  for (const inner of Object.values(value) as unknown[]) {
    if (typeof inner === 'object' && inner !== null && !ArrayBuffer.isView(inner)) deepFrozen(inner);
  }
  return Object.freeze(value);
}
