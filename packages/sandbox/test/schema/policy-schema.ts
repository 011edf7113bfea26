import { capsSchema } from './caps-schema.js';
import { landlockSchema, landlockDefinitions } from './landlock-schema.js';
import { closed, integer, listOf, oneOf, type Schema, text } from './pieces.js';
import { seccompDefinitions, seccompSchema } from './seccomp-schema.js';
import { words } from './words.js';

const id = { $ref: '#/$defs/nameOrId' };
const features = ['capabilities', 'keep', 'ambient', 'bounding', 'securebits'].map((feature) => `caps.${feature}`);

function levels(layers: readonly string[], description: string): Schema {
  return {
    ...listOf({ anyOf: [oneOf([...layers, ...features]), { type: 'string', pattern: '^landlock\\.[^\\u0000]*$' }] }),
    uniqueItems: true,
    description,
  };
}

/** The JSON Schema of what `definePolicy` takes; `schema/policy.schema.json` is this. */
export const policySchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Policy of @sb/sandbox',
  description: 'What createSandbox, definePolicy and sb-run --policy take. What is left out is as strict as it can be.',
  dependentRequired: { groups: ['user'], privateGroup: ['user'] },
  ...closed({
    $schema: { ...text, description: 'Where an editor finds this schema.' },
    version: { const: 1 },
    user: {
      description: 'Whom the child becomes. Default: it stays who we are.',
      anyOf: [id, closed({ user: id, group: id }, ['user'])],
    },
    groups: {
      description: 'Supplementary groups of the user that is named. Default: none.',
      anyOf: [oneOf(['none', 'initgroups']), listOf(id)],
    },
    privateGroup: {
      description: 'Level of a group that no other process has, as the group of the user that is named. Default: off.',
      ...oneOf(['require', 'prefer', 'off']),
    },
    caps: { description: 'Capabilities. Default: none.', anyOf: [oneOf(['none', 'off']), capsSchema] },
    landlock: {
      description: 'Files, ports, scopes. Default: read-only, no signal or abstract socket out of it, no binding.',
      anyOf: [oneOf([...words.filesystemPresets, 'off']), landlockSchema],
    },
    seccomp: {
      description: 'System calls. Default: deny-dangerous.',
      anyOf: [oneOf([...words.seccompPresets, 'off']), seccompSchema],
    },
    unix: {
      description: 'Unix sockets with a path that can be reached. Default: none.',
      anyOf: [{ const: 'any' }, listOf(text)],
    },
    ipc: { type: 'boolean', description: 'System V and POSIX queues, memory, semaphores. Default: false.' },
    rlimits: {
      description: 'Limits, soft and hard alike, in the units of getrlimit(2). Default: core 0.',
      ...closed(
        Object.fromEntries(
          words.rlimits.map((name) => [name, { anyOf: [integer(0, Number.MAX_SAFE_INTEGER), { const: 'unlimited' }] }]),
        ),
      ),
    },
    env: {
      description: 'The whole environment. Default: PATH, HOME, USER, LOGNAME, SHELL, terminal and locale.',
      type: 'object',
      propertyNames: { pattern: '^[^=\\u0000]+$' },
      additionalProperties: { type: 'string', pattern: '^[^\\u0000]*$' },
    },
    cwd: { ...text, description: 'Working directory. Default: ours.' },
    umask: { ...integer(0, 0o777), description: 'File mode creation mask, in decimal. Default: ours.' },
    keepDescriptors: {
      ...listOf(integer(3, 1023)),
      uniqueItems: true,
      description: 'Descriptors that stay open. Default: none.',
    },
    newSession: { type: 'boolean', description: 'A session of its own. Default: true.' },
    dieWithParent: { type: 'boolean', description: 'Killed when its parent ends. Default: true.' },
    execOnce: {
      type: 'boolean',
      description:
        'It executes no other program in its place. Needs the filter, and none of foreign or x32. Default: false.',
    },
    require: levels(words.levelLayers, 'What must be enforced or nothing runs. Default: nearly everything.'),
    prefer: levels(words.levelLayers, 'What is enforced where it can be.'),
    off: levels(
      words.levelLayers.filter((layer) => layer !== 'process'),
      'What is not asked for.',
    ),
  }),
  $defs: {
    nameOrId: { anyOf: [text, integer(0, 0xffff_fffe)] },
    capability: oneOf(words.capabilities),
    ...landlockDefinitions,
    ...seccompDefinitions,
  },
};
