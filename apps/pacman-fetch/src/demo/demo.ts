/**
 * `npm start`: a mirror on loopback, a small repository downloaded from it by pacman-fetch as the sandbox user, and a
 * table of what was in force. Everything lies in a temporary folder.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { currentIdentity, lookupUser } from '@sb/privdrop';

import { doctorStatus } from '../doctor/diagnosis.js';
import type { Enforcement } from '../parent/enforcement.js';
import { size } from '../ui/figures.js';
import { type DemoMirror, digest, startDemoMirror } from './mirror.js';
import { table } from './table.js';

/** The users that may download, the first that exists: Arch's own, or the one that every system has. */
const candidates = ['alpm', 'nobody'];

const print = (text: string): void => void process.stdout.write(`${text}\n`);

interface Place {
  readonly cache: string;
  readonly config: string;
  readonly report: string;
}

function prepare(user: string): Place {
  const folder = mkdtempSync(join(tmpdir(), 'pacman-fetch-demo-'));
  const place = {
    cache: join(folder, 'cache'),
    config: join(folder, 'pacman.conf'),
    report: join(folder, 'report.jsonl'),
  };
  mkdirSync(place.cache);
  const lines = ['[options]', `SandboxUser = ${user}`, `CacheDir = ${place.cache}`, `DBPath = ${folder}`, ''];
  writeFileSync(place.config, lines.join('\n'));
  return place;
}

async function runProgram(...args: readonly string[]): Promise<number | null> {
  const program = fileURLToPath(new URL('cli.js', import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' });
  const [status] = (await once(child, 'exit')) as [number | null];
  return status;
}

async function fetchFile(url: string, name: string, { cache, config, report }: Place): Promise<void> {
  const status = await runProgram('--config', config, '--report', report, '-o', join(cache, name), url);
  if (status !== 0) throw new Error(`pacman-fetch ended with ${status} for ${name}`);
  // In a terminal the progress line has said it already.
  if (!process.stderr.isTTY) print(` ${name} downloaded (${size(statSync(join(cache, name)).size).trim()})`);
}

/** Compares what was downloaded with what the mirror has, and lays out where it is. */
function filesTable({ files }: DemoMirror, { cache }: Place): string {
  const rows = files.map(({ name, size: bytes, sha256 }) => {
    const path = join(cache, name);
    const { uid, mode } = statSync(path);
    const isSame = digest(readFileSync(path)) === sha256;
    if (!isSame) throw new Error(`${name} is not what the mirror has`);
    return [
      path,
      size(bytes).trim(),
      `uid ${uid}`,
      (mode & 0o7777).toString(8).padStart(4, '0'),
      'same as on the mirror',
    ];
  });
  return table([['file', 'size', 'owner', 'mode', 'content'], ...rows]);
}

function enforcementTable(reports: readonly Enforcement[]): string {
  const [first] = reports;
  if (first === undefined) throw new Error('pacman-fetch left no report');
  const differs = reports.some(({ features }) => JSON.stringify(features) !== JSON.stringify(first.features));
  if (differs) throw new Error('not every download had the same in force');
  const rows = first.features.map(({ layer, feature, state, reason }) => [layer, feature, state, reason ?? '']);
  return table([['layer', 'feature', 'state', 'why'], ...rows]);
}

function readReports({ report }: Place): readonly Enforcement[] {
  const lines = readFileSync(report, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Enforcement);
}

function firstUser(): string {
  const found = candidates.find((name) => {
    try {
      return lookupUser(name).uid !== 0;
    } catch {
      // Not on this system: the next one may be.
      return false;
    }
  });
  if (found === undefined) throw new Error(`none of the users ${candidates.join(', ')} exists here`);
  return found;
}

async function demo(): Promise<void> {
  const user = firstUser();
  const place = prepare(user);
  await using mirror = await startDemoMirror();
  const { uid: ids } = currentIdentity();
  print(
    `A mirror serves ${mirror.files.length} files at ${mirror.origin}. This process is uid ${ids[1]}; the sandbox user is ${user}.\n`,
  );
  for (const { name } of mirror.files) await fetchFile(`${mirror.origin}/${encodeURIComponent(name)}`, name, place);
  const reports = readReports(place);
  const { verified } = reports[0] ?? {};
  print(`\nIn force in each of the ${reports.length} downloading processes:\n\n${enforcementTable(reports)}`);
  if (verified !== undefined) {
    const { uid: uids, gid: gids, groups, capEff } = verified;
    print(
      `\nThe kernel's word: uid ${uids.join(' ')}, gid ${gids.join(' ')}, groups ${groups.join(' ') || 'none'}, capabilities ${capEff}.`,
    );
  }
  print(`\n${filesTable(mirror, place)}`);
  print('\nWhat this machine can enforce, as "pacman-fetch doctor" finds out:\n');
  const status = await runProgram('doctor', '--config', place.config);
  if (status !== doctorStatus.full && status !== doctorStatus.partial) throw new Error(`doctor ended with ${status}`);
  print('\nUse it with pacman:  XferCommand = /usr/bin/pacman-fetch -o %o %u');
}

await demo();
