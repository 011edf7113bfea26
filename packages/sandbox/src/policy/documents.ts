/** The table of what a policy of this package may contain; `schema/policy.schema.json` is generated from it. */
import { type CapsOptions, optionTable as capsTable } from '@sb/caps';
import { requirementLevels } from '@sb/core';
import {
  boolean,
  checked,
  described,
  either,
  integer,
  lenient,
  list,
  object,
  type Options,
  type Place,
  type Reader,
  required,
  text,
  titled,
  word,
} from '@sb/core/document';
import { mostPaths, textPath } from '@sb/landlock';
import { type Base, checkTogether, optionTable as seccompTable, presets, type SeccompOptions } from '@sb/seccomp';

import { profileNames } from '../profile/profile.js';
import { leastMemory, mostCpu, mostPids } from './cgroup.js';
import { environmentReader } from './environment-document.js';
import { choiceReader, filesystemPresets } from './landlock-document.js';
import { levelListReader } from './levels.js';
import type { RlimitValue, SandboxOptions, SandboxUser } from './options.js';
import { type RlimitName, rlimitNumbers } from './rlimits.js';

/** Largest descriptor that can be kept: the usual hard limit of an ordinary process is higher. */
const maxDescriptor = 1023;

/** Largest id; 2³²−1 means "leave unchanged" to the kernel. */
export const maxId = 0xffff_fffe;

/** Where the levels of a layer belong. */
const ownLevels = "Use the sandbox's own require, prefer and off.";

const nameOrId: Reader<string | number> = titled(
  either<string | number>(text(), integer({ min: 0, max: maxId, what: 'an id' })),
  'nameOrId',
);

const { levels: _, noNewPrivs: _always, ...capsOwn } = capsTable;
const capsReader = object<Omit<CapsOptions, 'levels' | 'noNewPrivs'>>(capsOwn, {
  elsewhere: { levels: ownLevels, noNewPrivs: ownLevels },
});

const { level: _level, ...seccompOwn } = seccompTable;
const seccompReader = checked(object(seccompOwn, { elsewhere: { level: ownLevels } }), checkTogether) as Reader<
  Omit<SeccompOptions, 'level'>
>;

const limit = titled(
  either<RlimitValue>(
    integer({ min: 0, max: Number.MAX_SAFE_INTEGER, what: "a limit in the kernel's unit" }),
    word(['unlimited']),
  ),
  'limit',
);

/** A missing value would mean no limit, so it is a mistake. */
const limits = object<NonNullable<SandboxOptions['rlimits']>>(
  Object.fromEntries(Object.keys(rlimitNumbers).map((name) => [name, limit])) as Record<
    RlimitName,
    Reader<RlimitValue>
  >,
);

/**
 * The options of a sandbox. If leaving an option out is as strict as any of its values, or changes nothing that is
 * allowed, `undefined` means left out; for all others it is a mistake.
 */
const table: Options<SandboxOptions & { readonly version?: 1 }> = {
  $schema: lenient(described(text(), 'Where an editor finds this schema.')),
  version: lenient(word([1])),
  user: described(
    either<SandboxUser>(
      text(),
      integer({ min: 0, max: maxId, what: 'an id' }),
      object<{ user: string | number; group?: string | number }>({ user: required(nameOrId), group: nameOrId }),
    ),
    'The user of the child. Default: unchanged.',
  ),
  groups: described(
    either<NonNullable<SandboxOptions['groups']>>(
      word(['none', 'initgroups']),
      list(nameOrId, { max: 65_536, what: 'a list of groups' }),
    ),
    'Supplementary groups of the user. Default: none.',
  ),
  privateGroup: described(
    word(requirementLevels),
    'Level of a group that no other process has, in place of the group of the user. Default: off.',
  ),
  caps: described(
    either<NonNullable<SandboxOptions['caps']>>(word(['none', 'off']), capsReader),
    'Capabilities. Default: none.',
  ),
  profile: described(
    word(profileNames),
    'What a kind of work needs, to which the other options add. Default: read, unless landlock names a preset.',
  ),
  landlock: described(
    either<NonNullable<SandboxOptions['landlock']>>(word([...filesystemPresets, 'off']), choiceReader),
    'Files, ports, scopes. Default: those of the profile; no signals and abstract sockets to the outside, no binding.',
  ),
  seccomp: described(
    either<NonNullable<SandboxOptions['seccomp']>>(word([...(Object.keys(presets) as Base[]), 'off']), seccompReader),
    'System calls. Default: deny-dangerous.',
  ),
  unix: lenient(
    described(
      either<NonNullable<SandboxOptions['unix']>>(
        word(['any']),
        list(textPath, { max: mostPaths, what: 'a list of paths' }),
      ),
      'Unix sockets with a path that can be reached. Default: none.',
    ),
  ),
  ipc: lenient(described(boolean, 'System V and POSIX queues, memory, semaphores. Default: false.')),
  cgroup: described(
    object<NonNullable<SandboxOptions['cgroup']>>({
      memory: integer({ min: leastMemory, max: Number.MAX_SAFE_INTEGER, what: 'a number of bytes' }),
      pids: integer({ min: 1, max: mostPids, what: 'a number of processes' }),
      cpu: integer({ min: 1, max: mostCpu, what: 'a percentage of one processor' }),
    }),
    'Limits of all processes of a start together, by a cgroup. Default: none.',
  ),
  rlimits: described(limits, 'Limits, soft and hard alike, in the units of getrlimit(2). Default: core 0.'),
  env: described(
    environmentReader,
    'The whole environment. Default: PATH, HOME, USER, LOGNAME, SHELL, terminal and locale.',
  ),
  tmp: described(
    word(['private', 'memory']),
    'A private temporary directory: beneath TMPDIR, or in memory. Default: none.',
  ),
  home: lenient(described(word(['tmp']), 'HOME is next to the private temporary directory. Default: HOME of env.')),
  cwd: lenient(described(text(), 'Working directory. Default: that of the caller.')),
  umask: described(
    integer({ min: 0, max: 0o777, what: 'a mask such as 0o027' }),
    'File mode creation mask, in decimal. Default: that of the caller.',
  ),
  keepDescriptors: lenient(
    described(
      list(integer({ min: 3, max: maxDescriptor, what: 'a descriptor' }), {
        unique: true,
        what: 'a list of descriptors',
      }),
      'Descriptors that stay open. Default: none.',
    ),
  ),
  newSession: lenient(described(boolean, 'A separate session. Default: true.')),
  dieWithParent: lenient(described(boolean, 'Killed when its parent ends. Default: true.')),
  execOnce: described(
    boolean,
    'It cannot execute another program. Needs the filter, without foreign and x32. Default: false.',
  ),
  require: described(levelListReader('require'), 'What must be enforced or nothing runs. Default: nearly everything.'),
  prefer: lenient(described(levelListReader('prefer'), 'What is enforced if the kernel can.')),
  off: lenient(described(levelListReader('off'), 'What is not enforced.')),
};

/** A policy, or the options of one. */
export const policyReader = object(table);

/** Checks which options can be combined. */
export function checkTogetherness(policy: SandboxOptions, place: Place): void {
  if (policy.home !== undefined && policy.tmp === undefined) {
    place
      .key('home')
      .refuse('is tmp, but the private temporary directory is off', "Add --tmp, or tmp: 'private' in a policy.");
  }
  checkUser(policy, place);
  checkLimits(policy, place);
}

/** A limit that is required and has no value would require nothing. */
function checkLimits({ require = [], cgroup = {} }: SandboxOptions, place: Place): void {
  const prefix = 'process.cgroup';
  const missing = require.find((name) =>
    name === prefix
      ? Object.keys(cgroup).length === 0
      : name.startsWith(`${prefix}.`) && !Object.hasOwn(cgroup, name.slice(prefix.length + 1)),
  );
  if (missing !== undefined) {
    place
      .key('require')
      .refuse(`names ${missing}, and no such limit is set`, 'Add --memory, --pids or --cpu, or cgroup in a policy.');
  }
}

function checkUser(policy: SandboxOptions, place: Place): void {
  if (Object.hasOwn(policy, 'user')) return;
  if (Object.hasOwn(policy, 'groups')) {
    place.key('groups').refuse('need a user, and none is named', 'Name a user; without one the groups stay.');
  }
  if (Object.hasOwn(policy, 'privateGroup')) {
    place.key('privateGroup').refuse('needs a user, and none is named', 'Name a user; without one the group stays.');
  }
}
