import { layerFaults } from '@sb/test-kit';
import { expect, it } from 'vitest';

import * as layer from './index.js';
import { supportFrom } from './support.js';

it('is a layer', () => {
  expect(
    layerFaults({
      name: 'landlock',
      layer,
      options: { abi: 7, paths: [layer.ro('/usr')] },
      support: supportFrom(7, 0),
    }),
  ).toEqual([]);
});
