/* What the supervisor does not report: the kernel's log has each, and the reports have none, so that the list stays true. */
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';

import { path } from '@sb/landlock';
import { compileC, missing, probePath, sandboxUser, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';
import { audited } from '../audit-log.js';
import { unreported } from '../unreported.js';

const programs = temporaryFolder();
const program = programs.file('unreported');
const ids = { uid: sandboxUser.uid, gid: sandboxUser.gid };

beforeAll(async () => {
  await compileC(program, {
    from: import.meta.url,
    sources: ['../enforcement/fixtures/unreported.c'],
    flags: ['-static'],
  });
});
afterAll(() => programs[Symbol.dispose]());

/** One run of the program, and its records in the log. */
async function attempt(word: string) {
  using folder = temporaryFolder(0o777);
  for (const name of ['file', 'gone']) writeFileSync(folder.file(name), 'x');
  copyFileSync(probePath(), folder.file('interpreter'));
  writeFileSync(folder.file('script'), `#!${folder.file('interpreter')}\n`);
  for (const name of ['file', 'gone']) chmodSync(folder.file(name), 0o666);
  for (const name of ['interpreter', 'script']) chmodSync(folder.file(name), 0o755);
  const victim = spawn('sleep', ['1000'], { ...ids, stdio: 'ignore' });
  await once(victim, 'spawn');
  const byRights = [
    path(folder.path, ['read_file', 'read_dir', 'remove_file']),
    path(folder.file('script'), ['read_file', 'execute']),
    ...(word === 'by-length' ? [path(folder.file('file'), ['read_file', 'write_file'])] : []),
  ];
  const log = { sameExec: false, newExec: true };
  const paths = [{ ro: ['/proc', '/dev', '/etc'] }, { rx: program }, ...byRights];
  const child = createSandbox({ user: 'nobody', landlock: { preset: 'none', paths, log, scope: ['signal'] } }).spawn(
    program,
    [word, String(victim.pid), folder.path],
    { stdio: ['ignore', 'ignore', 'inherit'], denials: true },
  );
  const [[status]] = await Promise.all([once(child, 'close') as Promise<[number | null]>, child.enforcement]);
  await child.denials?.ended;
  victim.kill();
  const told = child.denials?.all.filter(({ layer }) => layer === 'landlock') ?? [];
  return { status, told, pid: child.pid };
}

describe.skipIf(missing('linux', 'root', 'landlock7', 'audit'))('what is not reported', () => {
  it.each(unreported.map((one) => [one.kind, one] as const))('%s', async (_, { word, record }) => {
    const [{ status, told, pid }, log] = await audited(async () => await attempt(word));
    expect(status).toBe(0);
    const lines = log.filter((one) => one.pid === pid).map(({ line }) => line);
    expect(lines.filter((line) => record.test(line)).length).toBeGreaterThan(0);
    // A kind that is reported after all has no place in the list.
    const calls = word === 'by-descriptor' ? told.filter(({ call }) => call !== 'kill') : told;
    expect(calls).toEqual([]);
  });

  it('is in the documentation, each with its reason', () => {
    const text = readFileSync(new URL('../../docs/denials.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');
    for (const { kind, why } of unreported) expect(text).toContain(`**${kind}**: ${why}.`);
  });
});
