import type { Layer } from '@sb/core';
import { expect, it } from 'vitest';

import * as caps from './index.js';

it('is a layer: four verbs, and importing it does nothing', () => {
  const layer: Layer<caps.CapsOptions, caps.CapsPolicy, caps.CapsSupport, caps.CapsPlan> = caps;
  expect(layer).toBe(caps);
  const planned = layer.plan(layer.policy({ keep: 'all', bounding: 'leave', securebits: 'leave' }), layer.support());
  expect(planned.layer).toBe('caps');
});
