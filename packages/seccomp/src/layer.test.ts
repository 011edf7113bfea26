import { layerFaults } from '@sb/test-kit';
import { expect, it } from 'vitest';

import * as layer from './index.js';

const support: layer.SeccompSupport = {
  state: 'available',
  machine: 'x86_64',
  actions: ['kill-process', 'kill-thread', 'trap', 'errno', 'user-notify', 'trace', 'log', 'allow'],
  flags: ['tsync', 'log'],
  noNewPrivs: false,
  filters: 0,
};

it('is a layer', () => {
  expect(layerFaults({ name: 'seccomp', layer, options: { base: 'deny-dangerous' }, support })).toEqual([]);
});
