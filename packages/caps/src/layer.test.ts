import { layerFaults } from '@sb/test-kit';
import { expect, it } from 'vitest';

import * as layer from './index.js';
import { namesOf } from './names.js';

const all = namesOf((1n << 41n) - 1n);
const present = {
  effective: all,
  permitted: all,
  inheritable: [],
  bounding: all,
  ambient: [],
  noNewPrivs: false,
  securebits: [],
};
const support: layer.CapsSupport = { state: 'available', last: 40, present };

it('is a layer', () => {
  expect(layerFaults({ name: 'caps', layer, options: {}, support })).toEqual([]);
});
