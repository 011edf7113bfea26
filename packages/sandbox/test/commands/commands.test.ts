/* Daily commands in the profiles: each does its work or is denied, and the document says which. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

import { beneath, dockerCapabilities, dockerFilter } from '@sb/containers';
import {
  fewOrMany,
  freePorts,
  missing,
  nodeReleases,
  type ProgramResult,
  runProgram,
  someOf,
  stage,
} from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { sbRunPath } from '../sb-run.js';
import { documentOf } from './document.js';
import { lineOfAll, outcomesOfAll, sharesSandbox } from './one-sandbox.js';
import { makePlace, type Place } from './place.js';
import type { Row } from './row.js';
import { rows } from './table.js';

const isRoot = process.getuid?.() === 0;
const isLong = fewOrMany(0, 1) === 1;
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

/** The Node of a row: sb-run runs by it, and so do the commands. */
interface Runtime {
  readonly file: string;
  /** The directories of its PATH. */
  readonly path: readonly string[];
}

/** What the Node of a row does itself, beside sb-run. */
const isOfNode = /\bnode\b|\bnpm\b|\{sb\}/;

/** A release has its own directory, in which it is called node. */
function runtimeOf({ file, version }: { readonly file: string; readonly version: string }): Runtime {
  const system = [dirname(process.execPath), '/usr/bin', '/bin', '/usr/sbin'];
  if (file === process.execPath) return { file, path: system };
  const folder = join(stage(), `bin-${version}`);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const link = join(folder, 'node');
  if (!existsSync(link)) symlinkSync(file, link);
  return { file, path: [folder, ...system] };
}

/** What the words in a row stand for. */
async function wordsOf({ home, work }: Place, { file }: Runtime): Promise<Readonly<Record<string, string>>> {
  const [free = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}/`;
  const sb = `${file} ${sbRunPath()}`;
  return { url, port: String(port), free: String(free), home, work, sb, stage: stage(), pid: String(process.pid) };
}

function filled(text: string, words: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{([a-z]+)\}/g, (all, word: string) => words[word] ?? all);
}

async function run(row: Row, place: Place, runtime: Runtime): Promise<ProgramResult> {
  const { line } = row;
  const words = await wordsOf(place, runtime);
  const options = filled(row.options ?? '', words)
    .replaceAll('~', place.home)
    .split(' ')
    .filter((word) => word !== '');
  const command = filled(line, words);
  // A Node outside of the system is granted by a rule, as users of a version manager do.
  const own =
    isOfNode.test(line) && runtime.file !== process.execPath ? ['--rx', stage(), '--rx', dirname(runtime.file)] : [];
  const sandboxed = [runtime.file, sbRunPath(), '--profile', row.profile, ...own, ...options, '-c', command];
  const outer =
    row.within === 'docker'
      ? [...dockerCapabilities, '/usr/bin/unshare', '--user', '--map-root-user', ...beneath(dockerFilter())]
      : [];
  const [file = '', ...args] = [...outer, ...sandboxed];
  return await runProgram(file, args, { cwd: place.work, env: environment(place, runtime), timeout: 60_000 });
}

/** Without a sandbox. */
async function control(line: string, place: Place, runtime: Runtime): Promise<ProgramResult> {
  const command = filled(line, await wordsOf(place, runtime));
  return await runProgram('/bin/sh', ['-c', command], {
    cwd: place.work,
    env: environment(place, runtime),
    timeout: 60_000,
  });
}

function environment({ home }: Place, { path }: Runtime): NodeJS.ProcessEnv {
  return { PATH: path.join(':'), HOME: home, LC_ALL: 'C.UTF-8', TERM: 'dumb' };
}

const isThere = (program: string): boolean =>
  [dirname(process.execPath), '/usr/bin', '/bin', '/usr/sbin'].some((folder) => existsSync(join(folder, program)));

/** Why a row can't run here; where everything has to, that is a failure. */
function obstacle({ needs = [], isRoots = false, isDenied = false, within }: Row): string | undefined {
  const lacking = needs.filter((program) => !isThere(program));
  if (lacking.length > 0) return `needs ${lacking.join(', ')}`;
  return isRoots && !isRoot && (isDenied || within !== undefined) ? 'needs root' : undefined;
}

const cases = nodeReleases().flatMap((release) =>
  rows.map((row) => ({ release, version: release.version, row, profile: row.profile, line: row.line })),
);
// Each command, and each that a Node does itself on each release; each release in each profile, where it works and where it
// is denied. test:long has each command on each.
const some = someOf(cases, ({ version, profile, line, row: { isDenied = false, within } }) => [
  `${profile} ${line} ${within}`,
  `${version} ${profile} ${isDenied} ${within}`,
  ...(isOfNode.test(line) ? [`${version} ${profile} ${line} ${within}`] : []),
]);

/** The rows that may share a sandbox: test:long starts one for each. */
const shared = isLong ? [] : some.filter(({ row }) => sharesSandbox(row));
const alone = some.filter((one) => !shared.includes(one));

describe.skipIf(missing('linux', 'landlock7'))('a daily command', () => {
  const versions = [...new Set(shared.map(({ version }) => version))];
  it.for(versions)(
    'on Node %s, of those that need nothing beside the profile',
    { timeout: 120_000 },
    async (version, { skip }) => {
      const mine = shared.filter((one) => one.version === version);
      const reasons = mine.flatMap(({ row }) => obstacle(row) ?? []);
      if (process.env['SB_MUST_ENFORCE'] === '1') expect(reasons).toEqual([]);
      const rowsHere = mine.map(({ row }) => row).filter((row) => obstacle(row) === undefined);
      const [release] = mine.map((one) => one.release);
      if (release === undefined || rowsHere.length === 0) return skip('none of their programs is here');
      using place = makePlace();
      const line = lineOfAll(rowsHere, place);
      const { stderr } = await run({ line, profile: 'project', says: /^$/ }, place, runtimeOf(release));
      for (const { row, status, said } of outcomesOfAll(rowsHere, place)) {
        expect({ line: row.line, status, said }, stderr).toEqual({
          line: row.line,
          status: '0',
          said: expect.stringMatching(row.says) as string,
        });
      }
    },
  );

  it.concurrent.for(alone.map((one) => [one.version, one.profile, one.line, one] as const))(
    'on Node %s, in %s: %s',
    { timeout: 120_000 },
    async ([, , , { row, release }], { skip }) => {
      const runtime = runtimeOf(release);
      const reason = obstacle(row);
      if (reason !== undefined) {
        expect(process.env['SB_MUST_ENFORCE'], reason).not.toBe('1');
        skip(reason);
      }
      using place = makePlace();
      if (row.isDenied === true) {
        using outside = makePlace();
        const { status, stderr } = await control(row.line, outside, runtime);
        expect([status, stderr]).toEqual([0, expect.any(String)]);
      }
      const { status, stdout, stderr } = await run(row, place, runtime);
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
