import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { missing } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { exceptions } from './kit/no-proxy-cases.js';
import { type RawServer, rawServer, response } from './kit/server.js';

describe.skipIf(missing('curl'))('curl asks', () => {
  let proxy: RawServer;
  let host: RawServer;
  beforeAll(async () => {
    proxy = await rawServer((socket) => socket.end(response('403 No', { 'content-length': 0 })));
    host = await rawServer((socket) => socket.end(response('200 OK', { 'content-length': 0 })));
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
  });

  it.each(exceptions)('%s with no_proxy=%s directly: %s', async (hostname, noProxy, isDirect) => {
    const before = [host.connections(), proxy.connections()];
    const env = { http_proxy: proxy.origin, no_proxy: noProxy };
    const options = ['--disable', '--silent', '--globoff', '--max-time', '5', '--connect-to', `::${host.host}`];
    // A tunnel that is refused is an error to curl, and an answer to us.
    await promisify(execFile)('curl', [...options, `http://${hostname}/`], { env }).catch(() => {});
    const after = [host.connections(), proxy.connections()];
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual(isDirect ? [1, 0] : [0, 1]);
  });
});
