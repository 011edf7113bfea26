import type { Reader } from '@sb/core/document';
import { walkOptions } from '@sb/test-kit';
import { expect, it } from 'vitest';

import {
  getReader,
  iabReader,
  levelsReader,
  optionsReader,
  planReader,
  policyReader,
  restrictReader,
  setsReader,
  stateReader,
  textReader,
} from './documents.js';
import { documentPlace } from './errors.js';
import { formatIab, iabOf } from './iab.js';
import { plan } from './plan.js';
import { policy, requirePolicy, withLevels } from './policy.js';
import type { CapsOptions, CapsPolicy } from './options.js';
import { get } from './state.js';
import { format, parse } from './text.js';

const everything: CapsOptions = {
  keep: ['cap_chown'],
  ambient: ['cap_chown'],
  inheritable: ['cap_chown'],
  bounding: ['cap_chown'],
  securebits: 'lock',
  noNewPrivs: true,
  levels: {
    capabilities: 'require',
    keep: 'require',
    ambient: 'require',
    bounding: 'prefer',
    securebits: 'prefer',
    noNewPrivs: 'require',
  },
};

it('every option is read: no typo, undefined, null, inherited key, other kind or endless value passes', () => {
  const take = (value: unknown): unknown => policy(value as CapsOptions);
  const walk = walkOptions({ reader: optionsReader, samples: [everything], take, root: 'options' });
  expect(walk.faults).toEqual([]);
  expect(walk.tried).toBeGreaterThan(50);
});

it('every part of a policy that travelled is read', () => {
  const take = (value: unknown): unknown => requirePolicy(value as CapsPolicy);
  const walk = walkOptions({ reader: policyReader, samples: [policy(everything)], take, root: 'policy' });
  expect(walk.faults).toEqual([]);
  expect(walk.tried).toBeGreaterThan(50);
});

const none = { effective: [], permitted: [], inheritable: [], ambient: [], bounding: [], noNewPrivs: false };
const soft = policy({ keep: 'all', bounding: 'leave', securebits: 'leave', levels: { noNewPrivs: 'prefer' } });

/** What errors call the object. */
function rootOf(name: string, reader: Reader): string {
  if (name === 'withLevels') return 'levels';
  const roots = new Map<Reader, string>([
    [setsReader, 'sets'],
    [stateReader, 'state'],
    [iabReader, 'iab'],
  ]);
  return roots.get(reader) ?? 'options';
}

it.each<[name: string, reader: Reader, sample: object, take: (value: unknown) => unknown]>([
  [
    'withLevels',
    levelsReader,
    {
      capabilities: 'prefer',
      keep: 'prefer',
      ambient: 'require',
      bounding: 'off',
      securebits: 'off',
      no_new_privs: 'off',
    },
    (value) => withLevels(policy(everything), value as Parameters<typeof withLevels>[1]),
  ],
  [
    'plan',
    planReader,
    { userSwitch: true },
    (value) => plan(soft, { state: 'unsupported-platform', reason: '' }, value as object),
  ],
  // The function itself would restrict the process that tries it.
  [
    'restrictSelf',
    restrictReader,
    { switchUser: () => undefined },
    (value) => restrictReader.read(value, documentPlace('options')),
  ],
  ['get', getReader, { threads: false }, (value) => get(undefined, value as { threads: false })],
  ['parse', textReader, { last: 40 }, (value) => parse('=', value as object)],
  ['format', textReader, { last: 40 }, (value) => format(none, value as object)],
  ['iabOf', textReader, { last: 40 }, (value) => iabOf(none, value as object)],
  ['format', setsReader, { ...none, securebits: ['noroot'], tid: 1 }, (value) => format(value as typeof none)],
  ['iabOf', stateReader, { ...none, securebits: ['noroot'], tid: 1 }, (value) => iabOf(value as typeof none)],
  [
    'formatIab',
    iabReader,
    { inheritable: ['cap_chown'], ambient: ['cap_chown'], blocked: [] },
    (value) => formatIab(value as Parameters<typeof formatIab>[0]),
  ],
])('every option of %s is read (%#)', (name, reader, sample, take) => {
  const walk = walkOptions({ reader, samples: [sample], take, root: rootOf(name, reader) });
  expect(walk.faults).toEqual([]);
  expect(walk.tried).toBeGreaterThan(8);
});
