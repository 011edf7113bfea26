/* Reaching into other processes of the same user: signals, memory, descriptors, /proc. */
import { once } from 'node:events';

import { missing, probePath } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';
import { abstractName, makePlace, nobody, type Place } from '../attack/place.js';
import { attackers, describeAttacks, inside, works } from '../attack/suite.js';

const proc = ({ victim }: Place, name: string) => `/proc/${victim}/${name}`;

describe.skipIf(missing('linux', 'root', 'landlock7'))('other processes', () => {
  describeAttacks('of the same user, outside', {
    attacks: (place) => [
      works(['signal', place.victim], 'EPERM'),
      works(['signal-thread', place.victim], 'EPERM'),
      works(['queue-signal', place.victim], 'EPERM'),
      works(['signal-descriptor', place.victim], 'EPERM'),
      works(['ptrace', place.victim], 'EPERM'),
      works(['read-memory', place.victim], 'EPERM'),
      works(['write-memory', place.victim], 'EPERM'),
      works(['take-descriptor', place.victim, 1], 'EPERM'),
      works(['compare', place.victim], 'EPERM'),
      works(['set-limit', place.victim], 'EPERM'),
      works(['open-read', proc(place, 'mem')], 'EACCES'),
      works(['open-write', proc(place, 'mem')], 'EACCES'),
      works(['open-read', proc(place, 'environ')], 'EACCES'),
      works(['open-read', proc(place, 'maps')], 'EACCES'),
      works(['open-read', proc(place, 'auxv')], 'EACCES'),
      works(['read-link', proc(place, 'fd/1')], 'EACCES'),
      works(['read-link', proc(place, 'exe')], 'EACCES'),
      works(['read-link', proc(place, 'cwd')], 'EACCES'),
      works(['open-read', proc(place, 'root/etc/passwd')], 'EACCES'),
      works(['open-write', proc(place, 'oom_score_adj')], 'EACCES'),
      works(['open-write', proc(place, 'comm')], 'EACCES'),
    ],
    twins: () => [['fork'], ['open-read', '/proc/self/maps'], ['open-read', '/proc/self/environ']],
  });

  it.each(attackers)('cannot-signal-its-parent-as-%s', async (who) => {
    expect(await inside(who, [['signal-parent']], {}, 'together')).toEqual(['EPERM']);
    const open = who === 'switched' ? 'EPERM' : 'OK';
    expect(await inside(who, [['signal-parent']], { landlock: 'off' }, 'together')).toEqual([open]);
  });

  it('cannot-have-a-descriptor-signal-its-victim', async () => {
    const attempts = (place: Place) => [['signal-by-descriptor', place.victim]] as const;
    using alone = await makePlace(nobody);
    // What it asks for succeeds; the signal is not delivered.
    expect(await inside('switched', attempts(alone))).toEqual(['OK']);
    expect(alone.damage()).toEqual([]);
    using control = await makePlace(nobody);
    expect(await inside('switched', attempts(control), { landlock: 'off' })).toEqual(['OK']);
    await expect.poll(() => control.damage()).toEqual(['victim']);
  });

  it('cannot-reach-a-sibling-in-a-sandbox-like-its-own', async () => {
    await using sibling = await startSibling();
    const attempts = [
      ['signal', sibling.pid],
      ['open-read', `/proc/${sibling.pid}/environ`],
      ['open-read', `/proc/${sibling.pid}/mem`],
      ['send-abstract', sibling.datagrams],
    ] as const;
    expect(await inside('switched', attempts)).toEqual(['EPERM', 'EACCES', 'EACCES', 'EAFNOSUPPORT']);
    expect(await inside('switched', attempts, { unix: 'any' })).toEqual(['EPERM', 'EACCES', 'EACCES', 'EPERM']);
    expect(await inside('switched', attempts, { unix: 'any', landlock: 'off' })).toEqual(['OK', 'OK', 'OK', 'OK']);
  });

  it('is kept out of memory by Landlock alone and by the filter alone', async () => {
    using place = await makePlace(nobody);
    const attempts = [
      ['ptrace', place.victim],
      ['read-memory', place.victim],
      ['take-descriptor', place.victim, 1],
    ] as const;
    const denied = ['EPERM', 'EPERM', 'EPERM'];
    expect(await inside('ordinary', attempts, { seccomp: 'off' })).toEqual(denied);
    expect(await inside('ordinary', attempts, { landlock: 'off' })).toEqual(denied);
    expect(await inside('ordinary', attempts, { landlock: 'off', seccomp: 'off' })).toEqual(['OK', 'OK', 'OK']);
  });
});

async function startSibling() {
  const datagrams = abstractName();
  const child = createSandbox({ user: 'nobody', unix: 'any' }).spawn(probePath(), ['wait', datagrams]);
  if (child.stdout === null || child.pid === undefined) throw new Error('no sibling');
  await once(child.stdout, 'data');
  return {
    pid: child.pid,
    datagrams,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}
