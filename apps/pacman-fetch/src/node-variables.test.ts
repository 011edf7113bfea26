import { expect, it } from 'vitest';

import { forgetNodeVariables } from './node-variables.js';

it('takes what Node and OpenSSL would heed out of the environment, and nothing else', () => {
  const environment = { NODE_OPTIONS: '--require /evil', NODE_X: '', OPENSSL_CONF: '/evil', NODES: 'x', PATH: '/bin' };
  forgetNodeVariables(environment);
  expect(environment).toEqual({ NODES: 'x', PATH: '/bin' });
});
