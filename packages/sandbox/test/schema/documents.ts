import fc from 'fast-check';

import { words } from './words.js';

const name = fc.constantFrom('nobody', 'x', '65534');
const id = fc.oneof(name, fc.nat(70_000));
const path = fc.constantFrom('/usr', '/etc', 'out', '.', '/srv/ä', '/tmp');
const port = fc.constantFrom(0, 1, 80, 443, 65_535);
const some = <T>(values: readonly T[], maxLength = 3) => fc.uniqueArray(fc.constantFrom(...values), { maxLength });
const optional = <T extends Record<string, fc.Arbitrary<unknown>>>(fields: T) =>
  fc.record(fields, { requiredKeys: [] });

const caps = fc.oneof(
  fc.constantFrom('none', 'off'),
  some(words.capabilities).chain((keep) =>
    optional({
      keep: fc.constant(keep),
      ambient: fc.constant(keep.slice(1)),
      inheritable: fc.constant(keep),
      bounding: fc.oneof(fc.constantFrom('drop', 'leave'), some(words.capabilities)),
      securebits: fc.constantFrom('lock', 'leave'),
    }),
  ),
);

const flags = { optional: fc.boolean(), refer: fc.boolean() };
const shortRule = fc
  .tuple(fc.constantFrom('ro', 'rx', 'rw', 'rwx', 'list'), fc.oneof(path, fc.array(path, { maxLength: 2 })))
  .chain(([access, paths]) => fc.tuple(fc.constant({ [access]: paths }), optional(flags)))
  .map(([rule, more]) => Object.assign({}, rule, more));
const longRule = fc.record(
  { paths: fc.array(path, { maxLength: 2 }), rights: some(words.fsRights), exact: fc.boolean(), ...flags },
  { requiredKeys: ['paths', 'rights'] },
);
const ports = fc.oneof(fc.constant('any'), fc.uniqueArray(port, { maxLength: 3 }));
const landlock = fc.oneof(
  fc.constantFrom(...words.filesystemPresets, 'off'),
  optional({
    preset: fc.constantFrom(...words.filesystemPresets),
    paths: fc.array(fc.oneof(shortRule, longRule), { maxLength: 2 }),
    net: optional({ connectTcp: ports, bindTcp: ports }),
    abi: fc.integer({ min: 1, max: 12 }),
    handle: some(words.fsRights),
    scope: some(['signal', 'abstract_unix_socket', 'unsafe_unknown_bit_9']),
    log: optional({ sameExec: fc.boolean(), newExec: fc.boolean(), subdomains: fc.boolean() }),
  }),
);

const action = fc.oneof(
  fc.constantFrom('kill-process', 'kill-thread', 'user-notify', 'log', 'allow', 'trap', 'trace', 'errno'),
  fc.record({ action: fc.constantFrom('errno'), errno: fc.oneof(fc.constantFrom(...words.errnos), fc.nat(4096)) }),
  fc.record({ action: fc.constantFrom('trap', 'trace'), data: fc.nat(0x1_0000) }),
  fc.record({ action: fc.constantFrom('allow', 'log', 'kill-thread') }),
);
const number = fc.oneof(
  fc.nat(),
  fc.constantFrom('0xff', '0XFFFFFFFF', '0xffffffffffffffff', '42', 2 ** 32, 2 ** 53 - 1),
);
const condition = fc
  .record({ arg: fc.nat(5), compare: fc.constantFrom(...words.comparisons), value: number, mask: number })
  .map(({ mask, ...rest }) => (rest.compare.startsWith('masked') ? Object.assign(rest, { mask }) : rest));
const rule = fc.record(
  { syscall: fc.constantFrom(...words.syscalls), when: fc.array(condition, { maxLength: 2 }), action },
  { requiredKeys: ['syscall', 'action'] },
);
const calls = some([...words.syscalls, ...words.groups]);
const seccomp = fc.oneof(
  fc.constantFrom(...words.seccompPresets, 'off'),
  fc.record(
    {
      layer: fc.constant('seccomp'),
      base: fc.constantFrom(...words.seccompPresets),
      deny: calls,
      allow: calls,
      rules: fc.array(rule, { maxLength: 2 }),
      sockets: fc.oneof(fc.constant('any'), some(words.families)),
      denied: action,
      unknown: action,
      foreign: action,
      x32: action,
      architectures: some(words.architectures),
    },
    { requiredKeys: ['base'] },
  ),
);

const levelNames = [...words.levelLayers, 'caps.bounding', 'caps.keep', 'landlock.fs', 'landlock.'];

/** Documents that are policies, or nearly. */
export const policies: fc.Arbitrary<Record<string, unknown>> = optional({
  $schema: fc.constant('policy.schema.json'),
  version: fc.constant(1),
  user: fc.oneof(id, fc.record({ user: id, group: id }, { requiredKeys: ['user'] })),
  groups: fc.oneof(fc.constantFrom('none', 'initgroups'), fc.array(id, { maxLength: 2 })),
  privateGroup: fc.constantFrom('require', 'prefer', 'off'),
  caps,
  landlock,
  seccomp,
  unix: fc.oneof(fc.constant('any'), fc.array(path, { maxLength: 2 })),
  ipc: fc.boolean(),
  rlimits: fc.dictionary(fc.constantFrom(...words.rlimits), fc.oneof(fc.nat(), fc.constant('unlimited'))),
  env: fc.dictionary(fc.constantFrom('A', 'PATH', 'ä', 'with blank'), fc.constantFrom('', 'b', '=c')),
  cwd: path,
  umask: fc.nat(0o777),
  keepDescriptors: fc.uniqueArray(fc.integer({ min: 3, max: 1023 }), { maxLength: 2 }),
  newSession: fc.boolean(),
  dieWithParent: fc.boolean(),
  execOnce: fc.boolean(),
  require: some(levelNames, 1),
  prefer: some(levelNames, 1),
  off: some(levelNames, 1),
  // Groups are those of a user.
}).map((document) =>
  'groups' in document || 'privateGroup' in document ? Object.assign({ user: 'nobody' }, document) : document,
);

/** What may stand anywhere in a document by mistake. */
const anything = fc.oneof(
  fc.constantFrom(null, true, '', 'any', 'none', 'a\0b', '__proto__', -1, 0, 1.5, 2 ** 32, 2 ** 53),
  fc.constantFrom([], {}, [null], [''], ['x'], [[]], { x: 1 }, { user: null }, [{}]),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Documents that are policies but for one place, where something is changed, added or missing. */
export const mutated: fc.Arbitrary<unknown> = fc
  .tuple(policies, fc.nat(), anything, fc.constantFrom('change', 'add', 'remove'))
  .map(([document, where, value, how]) => {
    const copy = structuredClone(document);
    const places = placesOf(copy);
    const [holder, key] = places[where % Math.max(1, places.length)] ?? [copy, 'landlock'];
    if (how === 'remove') Reflect.deleteProperty(holder, key);
    else if (how === 'change') Object.assign(holder, { [key]: value });
    else if (Array.isArray(holder)) holder.push(value);
    else Object.assign(holder, { [`${key}s`]: value });
    // A list with a hole, as an entry that was removed leaves, has null there.
    return JSON.parse(JSON.stringify(copy)) as unknown;
  });

type Place = readonly [holder: object, key: string];

/** Every property of a document, in any depth. */
function placesOf(holder: object): readonly Place[] {
  return Object.entries(holder).flatMap(([key, value]: [string, unknown]): readonly Place[] => {
    const inner = typeof value === 'object' && value !== null ? placesOf(value) : [];
    return inner.concat([[holder, key]]);
  });
}
