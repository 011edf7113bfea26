/* The preset minimal grants certificates, and no key that lies beside them: to root that stays root the keys are open. */
import { type Attempt, missing, probeArguments, probePath } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { startIn } from '../start.js';

const certificates = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/ssl/cert.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/openssl.cnf',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/tls/cert.pem',
  '/etc/pki/tls/openssl.cnf',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/var/lib/ca-certificates/ca-bundle.pem',
];
const keys = [
  '/etc/ssl/private/server.key',
  '/etc/ssl/server.key',
  '/etc/pki/tls/private/server.key',
  '/etc/pki/CA/private/ca.key',
  '/etc/pki/nssdb/key4.db',
  '/etc/pki/ca-trust/source/blocklist',
];

/** Places of each distribution, over /etc and /var in mounts of their own: a name service and its users stay there. */
const script =
  'cd /etc && tar c passwd group nsswitch.conf | (mount -t tmpfs none /etc && cd /etc && tar x) && ' +
  'mount -t tmpfs none /var && ' +
  'for file in $FILES; do mkdir -p "${file%/*}" && echo "# x" > "$file" && chmod 600 "$file" || exit; done && exec "$@"';

describe.skipIf(missing('linux', 'root', 'landlock7', 'unshare'))('the preset minimal, as root', () => {
  it('reads-certificates-and-no-private-key', async () => {
    const attempts = [...certificates, ...keys].map((path): Attempt => ['open-read', path]);
    const request = { program: probePath(), args: probeArguments(attempts) };
    const options = {
      prefix: ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'],
      env: { ...process.env, FILES: [...certificates, ...keys].join(' ') },
    };
    const seen = async (policy: object) => {
      const { stdout = '', error } = await startIn({ ...request, policy }, options);
      expect(error).toBeUndefined();
      return stdout
        .trim()
        .split('\n')
        .map((line, index) => `${attempts[index]?.[1]} ${line.split(' ')[2]}`);
    };
    const all = (answer: string, paths: readonly string[]) => paths.map((path) => `${path} ${answer}`);
    expect(await seen({ landlock: 'off' })).toEqual(all('OK', [...certificates, ...keys]));
    expect(await seen({ landlock: 'minimal' })).toEqual([...all('OK', certificates), ...all('EACCES', keys)]);
  });
});
