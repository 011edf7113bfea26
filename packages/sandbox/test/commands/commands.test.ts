/* Daily commands in the profiles: each does its work or is denied, and the document says which. */
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

import { beneath, dockerCapabilities, dockerFilter } from '@sb/containers';
import { freePorts, missing, type ProgramResult, runProgram, stage } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { sbRunPath } from '../sb-run.js';
import { documentOf } from './document.js';
import { makePlace, type Place } from './place.js';
import type { Row } from './row.js';
import { rows } from './table.js';

const isRoot = process.getuid?.() === 0;
let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.end('from the server\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** What the words in a row stand for. */
async function wordsOf({ home, work }: Place): Promise<Readonly<Record<string, string>>> {
  const [free = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}/`;
  const sb = `${process.execPath} ${sbRunPath()}`;
  return { url, port: String(port), free: String(free), home, work, sb, stage: stage(), pid: String(process.pid) };
}

function filled(text: string, words: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{([a-z]+)\}/g, (all, word: string) => words[word] ?? all);
}

async function run(line: string, row: Row, place: Place): Promise<ProgramResult> {
  const words = await wordsOf(place);
  const options = filled(row.options ?? '', words)
    .replaceAll('~', place.home)
    .split(' ')
    .filter((word) => word !== '');
  const command = filled(line, words);
  const sandboxed = [process.execPath, sbRunPath(), '--profile', row.profile, ...options, '-c', command];
  const outer =
    row.within === 'docker'
      ? [...dockerCapabilities, '/usr/bin/unshare', '--user', '--map-root-user', ...beneath(dockerFilter())]
      : [];
  const [file = '', ...args] = [...outer, ...sandboxed];
  return await runProgram(file, args, { cwd: place.work, env: environment(place), timeout: 60_000 });
}

/** Without a sandbox. */
async function control(line: string, place: Place): Promise<ProgramResult> {
  const command = filled(line, await wordsOf(place));
  return await runProgram('/bin/sh', ['-c', command], { cwd: place.work, env: environment(place), timeout: 60_000 });
}

function environment({ home }: Place): NodeJS.ProcessEnv {
  return { PATH: `${dirname(process.execPath)}:/usr/bin:/bin:/usr/sbin`, HOME: home, LC_ALL: 'C.UTF-8', TERM: 'dumb' };
}

const isThere = (program: string): boolean =>
  [dirname(process.execPath), '/usr/bin', '/bin', '/usr/sbin'].some((folder) => existsSync(join(folder, program)));

/** Why a row can't run here; where everything has to, that is a failure. */
function obstacle({ needs = [], isRoots = false, isDenied = false, within }: Row): string | undefined {
  const lacking = needs.filter((program) => !isThere(program));
  if (lacking.length > 0) return `needs ${lacking.join(', ')}`;
  return isRoots && !isRoot && (isDenied || within !== undefined) ? 'needs root' : undefined;
}

describe.skipIf(missing('linux', 'landlock7'))('a daily command', () => {
  it.concurrent.for(rows.map((row) => [row.profile, row.line, row] as const))(
    'in %s: %s',
    { timeout: 120_000 },
    async ([, , row], { skip }) => {
      const reason = obstacle(row);
      if (reason !== undefined) {
        expect(process.env['SB_MUST_ENFORCE'], reason).not.toBe('1');
        skip(reason);
      }
      using place = makePlace();
      if (row.isDenied === true) {
        using outside = makePlace();
        const { status, stderr } = await control(row.line, outside);
        expect([status, stderr]).toEqual([0, expect.any(String)]);
      }
      const { status, stdout, stderr } = await run(row.line, row, place);
      expect(`${stdout}${stderr}`).toMatch(row.says);
      expect(status === 0, stderr).toBe(row.isDenied !== true);
    },
  );
});

describe('docs/commands.md', () => {
  const file = new URL('../../docs/commands.md', import.meta.url);

  it('has every row: SB_WRITE_COMMANDS=1 npx vitest run test/commands', () => {
    if (process.env['SB_WRITE_COMMANDS'] === '1') writeFileSync(file, documentOf(rows));
    expect(readFileSync(file, 'utf8')).toBe(documentOf(rows));
  });

  it('has seventy commands and more, each once in a profile', () => {
    const names = rows.map(({ profile, line, within = '' }) => `${profile} ${line} ${within}`);
    expect(new Set(names).size).toBe(names.length);
    expect(rows.length).toBeGreaterThanOrEqual(70);
  });
});
