import { createServer } from 'node:net';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';

import {
  compileFixture,
  fixtureJson,
  missing,
  parseProbe,
  probeArguments,
  probePath,
  runProgram,
  type TemporaryFolder,
  temporaryFolder,
} from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type LandlockPolicy, type LandlockReport, path, policy, support } from '../../src/index.js';
import { nobody } from './programs.js';

const runAs = new URL('fixtures/run-as.ts', import.meta.url);
const attempt = new URL('fixtures/attempt.ts', import.meta.url);

/* On a kernel without it, each of these shows instead that nothing is claimed and nothing is lost. */
describe.skipIf(missing('linux', 'root', 'landlock6'))('a right that not every kernel has', () => {
  const kernel = support();
  const server = createServer((connection) => connection.end());
  let folder: TemporaryFolder;

  beforeAll(async () => {
    folder = temporaryFolder();
    server.listen(folder.file('socket'));
    await once(server, 'listening');
    chmodSync(folder.file('socket'), 0o666);
  });
  afterAll(() => {
    server.close();
    folder[Symbol.dispose]();
  });

  const outcomes = async (rules: LandlockPolicy, attempts: readonly (readonly [string, string | number])[]) => {
    const args = [compileFixture(runAs), JSON.stringify(rules), probePath(), ...probeArguments(attempts)];
    const { stdout, stderr } = await runProgram(process.execPath, args, nobody);
    expect(stderr).toBe('');
    return parseProbe(stdout, attempts.length).map(({ outcome }) => outcome);
  };
  const states = async (rules: LandlockPolicy, feature: string) => {
    const result = await fixtureJson<{ outcomes: readonly LandlockReport[] }>(
      attempt,
      [JSON.stringify([rules]), '/etc/passwd'],
      nobody,
    );
    return result.outcomes[0]?.features.filter((line) => line.feature === feature).map(({ state }) => state);
  };

  it('resolve_unix forbids a path socket from outside, and lets a granted one be', async () => {
    const has = kernel.abi >= 9;
    const rules = (granted: boolean) =>
      policy({
        abi: 9,
        handle: ['resolve_unix', 'ioctl_dev'],
        paths: granted ? [path(folder.file('socket'), ['resolve_unix'])] : [],
        require: [],
      });
    const connect = [['connect-unix', folder.file('socket')]] as const;
    expect(await outcomes(rules(false), connect)).toEqual([has ? 'EACCES' : 'OK']);
    expect(await outcomes(rules(true), connect)).toEqual(['OK']);
    expect(await states(rules(false), 'fs.resolve_unix')).toEqual([has ? 'enforced' : 'unsupported']);
  });

  it('UDP rules forbid other ports, connected or not', async () => {
    const has = kernel.abi >= 10;
    const rules = policy({
      abi: 10,
      net: { connectSendUdp: [53], bindUdp: [0], bindTcp: [] },
      require: [],
    });
    const tried = [
      ['connect-udp', 53],
      ['connect-udp', 54],
      ['send-udp', 53],
      ['send-udp', 54],
      ['bind-udp', 0],
      ['bind-udp', 40_053],
    ] as const;
    const denied = has ? 'EACCES' : 'OK';
    expect(await outcomes(rules, tried)).toEqual(['OK', denied, 'OK', denied, 'OK', denied]);
    expect(await states(rules, 'net.connect_send_udp')).toEqual([has ? 'enforced' : 'unsupported']);
  });

  it('quiet rules are taken', async () => {
    const rules = policy({
      abi: 10,
      paths: [path('/', ['read_file', 'read_dir', 'execute'], { quiet: true })],
      require: [],
    });
    expect(await states(rules, 'log.quiet')).toEqual([kernel.abi >= 10 ? 'enforced' : 'unsupported']);
  });
});
