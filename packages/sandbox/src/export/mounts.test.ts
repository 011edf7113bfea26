import { expect, it } from 'vitest';

import { layerPolicies } from '../plan/layers.js';
import { definePolicy } from '../policy/define.js';
import { mountsOf } from './mounts.js';
import { toUnit } from './systemd.js';

it('leaves out a path whose name an engine would read otherwise, and says so', () => {
  const odd = ['/srv/x\rExecStartPre=+/bin/evil\r# ', '/srv/x\ny', '/srv/y:/etc/passwd'];
  const policy = definePolicy({ landlock: { preset: 'none', paths: [{ ro: ['/usr', ...odd] }] } });
  const subject = {
    policy,
    layers: layerPolicies(policy),
    command: [],
    machine: 'x86_64',
    links: [],
  } as const;
  const found = mountsOf(subject);
  expect(found?.mounts.map(({ path }) => path)).toEqual(['/usr']);
  expect(found?.lost).toEqual(['a path with a control character or a colon is left out']);
  const { text, missing } = toUnit(subject);
  expect(text).not.toContain('\r');
  expect(text).not.toContain('/etc/passwd');
  expect(missing).toContainEqual(expect.objectContaining({ why: expect.stringContaining(found?.lost[0] ?? 'none') }));
});
