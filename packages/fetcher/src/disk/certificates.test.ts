import { chmodSync, chownSync, closeSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { openCertificates } from './certificates.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
const bundle = folder.file('bundle.pem');
writeFileSync(bundle, '');

describe.skipIf(missing('linux', 'root'))('certificates', () => {
  // Who can write them decides whom root's downloads are taken from.
  it.each([
    ['of another user', 65_534, 0o644, 'belongs to uid 65534'],
    ['that all may write', 0, 0o646, 'is writable for all'],
  ])('%s are not trusted', (_, uid, mode, why) => {
    chownSync(bundle, uid, 0);
    chmodSync(bundle, mode);
    const refused = { code: 'invalid-request', message: expect.stringContaining(why) as string };
    expect(() => openCertificates(bundle)).toThrow(expect.objectContaining(refused));
  });

  it('of root are: the twin', () => {
    chownSync(bundle, 0, 0);
    chmodSync(bundle, 0o644);
    const opened = openCertificates(bundle);
    expect(opened).toBeTypeOf('number');
    closeSync(opened ?? -1);
  });
});
