import { layerFaults } from '@sb/test-kit';
import { expect, it } from 'vitest';

import * as layer from './index.js';

const map = { ranges: [[0, 0xffff_ffff] as const], overflow: 65_534 };
const support: layer.PrivdropSupport = {
  state: 'available',
  identity: { uid: [0, 0, 0, 0], gid: [0, 0, 0, 0], groups: [0] },
  setuid: true,
  setgid: true,
  setgroups: 'allowed',
  uidMap: map,
  gidMap: map,
  noNewPrivs: 'available',
};

it('is a layer', () => {
  expect(
    layerFaults({
      name: 'privdrop',
      layer,
      options: { user: { uid: 954, gid: 955, home: '/', shell: '/bin/sh', groups: [] } },
      support,
    }),
  ).toEqual([]);
});
