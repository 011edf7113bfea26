import { expect, it } from 'vitest';

import { forgetNodeVariables } from './node-variables.js';

it('takes what Node and its libraries would heed out of the environment, and nothing else', () => {
  const orders = {
    NODE_OPTIONS: '--require /evil',
    NODE_X: '',
    OPENSSL_CONF: '/evil',
    ICU_DATA: '/evil',
    ICU_TIMEZONE_FILES_DIR: '/evil',
    UV_USE_IO_URING: '1',
    SSL_CERT_FILE: '/evil',
    SSL_CERT_DIR: '/evil',
    CTLOG_FILE: '/evil',
    SSLKEYLOGFILE: '/evil',
    QLOGDIR: '/evil',
  };
  const kept = { NODES: 'x', ICU: 'x', SSLKEYLOGFILES: 'x', PATH: '/bin' };
  const environment = { ...orders, ...kept };
  forgetNodeVariables(environment);
  expect(environment).toEqual(kept);
});
