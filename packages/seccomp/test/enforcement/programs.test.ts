/* Programs that must go on working: Node with all it does under deny-dangerous, downloads under network-client. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

import { compileFixture, fixtureJson, missing, nodeReleases, type ProgramResult, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { certificate, type Certificate } from '../support/certificate.js';
import { confiner, type Confiner, nobody } from '../support/confine.js';

const workload = new URL('fixtures/workload.ts', import.meta.url);
const download = new URL('fixtures/download.ts', import.meta.url);
const body = randomBytes(2_000_000);
/** Exactly this: what the runner has in its environment is none of the programs' business. */
const environment = { PATH: '/usr/bin:/bin', HOME: '/nonexistent' };

function resultOf({ status, signal, stdout, stderr }: ProgramResult): unknown {
  if (status !== 0) throw new Error(`it ended with ${status ?? signal}: ${stderr}${stdout}`);
  return JSON.parse(stdout);
}

describe.skipIf(missing('linux', 'root', 'openssl', 'curl', 'wget'))('programs', () => {
  const folder = temporaryFolder();
  let filters: Confiner;
  let tls: Certificate;
  let server: Server;
  let served: string[] = [];
  let count = 0;

  const place = () => {
    const path = folder.file(`place-${count++}`);
    mkdirSync(path);
    chmodSync(path, 0o777);
    return path;
  };
  const url = () => `https://localhost:${(server.address() as AddressInfo).port}/file`;

  beforeAll(async () => {
    filters = await confiner();
    tls = await certificate(folder.path);
    chmodSync(folder.file('key.pem'), 0o644);
    server = createServer({ cert: tls.cert, key: tls.key }, ({ url: path = '' }, response) => {
      served.push(path);
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
    filters[Symbol.dispose]();
    folder[Symbol.dispose]();
  });

  it.each(nodeReleases())(
    'keeps-files-names-tls-threads-and-children under deny-dangerous on $version',
    async ({ file }) => {
      const args = () => [tls.file, folder.file('key.pem'), place()];
      const control = await fixtureJson(workload, args(), { ...nobody, node: file, env: environment });
      expect(control).toEqual({
        files: '10 1000 true a link',
        names: '127.0.0.7 127.0.0.1',
        tls: 'true',
        threads: 'true true true 16',
        children: 'out in SIGTERM 0 42',
        system: 'true 65534',
      });
      const command = [file, compileFixture(workload), ...args()];
      const confined = resultOf(await filters.run({ base: 'deny-dangerous' }, command, { env: environment }));
      expect(confined).toEqual(control);
    },
  );

  it.each(
    nodeReleases().flatMap(({ version, file }) => [
      { version, file, stage: 'first', child: 'EPERM' },
      { version, file, stage: 'second', child: 'EPERM' },
    ]),
  )('keeps-downloads-over-tls under network-client on $version, $stage stage', async ({ file, stage, child }) => {
    const env = { ...environment, NODE_EXTRA_CA_CERTS: tls.file };
    const args = () => [url(), tls.file, `${place()}/file`];
    // Control: without a filter it can listen and start programs.
    const control = await fixtureJson(download, args(), { ...nobody, node: file, env });
    const both = { length: body.length, fetched: body.length, worker: 'OK' };
    expect(control).toEqual({ ...both, report: 'first', listen: 'OK', child: 'OK' });
    served = [];
    const target = `${place()}/file`;
    const command = [file, compileFixture(download), url(), tls.file, target, stage];
    const confined = resultOf(await filters.run({ base: 'network-client' }, command, { env }));
    expect(confined).toEqual({ ...both, report: stage === 'second' ? 'full' : 'first', listen: 'EPERM', child });
    expect(readFileSync(target).equals(body)).toBe(true);
    expect(served).toEqual(['/file', '/file']);
  });

  it.each([
    [
      'curl',
      (target: string) => [
        '/usr/bin/curl',
        '--silent',
        '--show-error',
        '--cacert',
        tls.file,
        '--output',
        target,
        url(),
      ],
    ],
    [
      'curl, resuming',
      (target: string) => ['/usr/bin/curl', '-sSRC', '-', '--cacert', tls.file, '--output', target, url()],
    ],
    [
      'wget',
      (target: string) => [
        '/usr/bin/wget',
        '--quiet',
        `--ca-certificate=${tls.file}`,
        `--output-document=${target}`,
        url(),
      ],
    ],
  ])('keeps-downloads-of-%s under network-client', async (_name, commandFor) => {
    served = [];
    const target = `${place()}/file`;
    const { status, stderr } = await filters.run({ base: 'network-client' }, commandFor(target), { env: environment });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readFileSync(target).equals(body)).toBe(true);
    expect(served).toEqual(['/file']);
  });
});
