/* Honest mirrors that send many small pieces: their files come, and cost few words. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';

import { makeAuthority, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startMirror } from '../kit/mirror.js';
import { families, gone, StandIn, starter } from '../kit/stand-in.js';

/** More pieces than a front door takes words at once, by far: it gives back a thousand a second. */
const pieces = 40_000;
let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('cache'));
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
});
afterEach(async () => {
  await gone(folder.path);
  folder[Symbol.dispose]();
});

async function download(url: string, ...options: readonly string[]) {
  await using pacman = new StandIn();
  const args = ['--config', folder.file('pacman.conf'), ...options];
  const result = await pacman.run(starter, ...args, '-o', folder.file('cache/x.pkg.part'), url);
  // What has downloaded by the front door is there still, unless it was ended.
  return { ...result, servers: families(folder.path).length };
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a mirror', () => {
  it('that sends chunks of one KiB is honest', async () => {
    const piece = Buffer.alloc(1024, 'x');
    await using mirror = await startMirror(
      {},
      {
        '/x.pkg': (_request, response) => {
          let left = pieces;
          const send = (): void => {
            while (left-- > 0) if (!response.write(piece)) return void response.once('drain', send);
            response.end();
          };
          send();
        },
      },
    );
    expect(await download(`${mirror.origin}/x.pkg`)).toEqual({ status: 0, said: '', servers: 1 });
    expect(readFileSync(folder.file('cache/x.pkg.part')).equals(Buffer.alloc(pieces * 1024, 'x'))).toBe(true);
  });

  it('that sends TLS records of four KiB is honest', async () => {
    const authority = makeAuthority(folder.path);
    const content = Buffer.alloc(pieces * 4096, 'x');
    await using mirror = await startMirror(
      {},
      {
        '/x.pkg': (request, response) => {
          expect((request.socket as TLSSocket).setMaxSendFragment(4096)).toBe(true);
          response.writeHead(200, { 'content-length': content.length }).end(content);
        },
      },
      authority.issue('mirror', 'IP:127.0.0.1'),
    );
    expect(await download(`${mirror.origin}/x.pkg`, '--cacert', authority.file)).toEqual({
      status: 0,
      said: '',
      servers: 1,
    });
    expect(readFileSync(folder.file('cache/x.pkg.part')).equals(content)).toBe(true);
  });
});
