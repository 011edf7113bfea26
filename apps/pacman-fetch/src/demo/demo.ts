/**
 * `npm start`: a mirror on loopback, its database refreshed and its packages fetched by pacman-fetch, and what of the
 * sandbox this machine can enforce. Everything lies in a temporary folder.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { currentIdentity, lookupUser } from '@sb/privdrop';

import { size } from '../ui/figures.js';
import { type DemoMirror, digest, startDemoMirror } from './mirror.js';
import { table } from './table.js';

/** The users that may download, the first that exists: Arch's own, or the one that every system has. */
const candidates = ['alpm', 'nobody'];

const print = (text: string): void => void process.stdout.write(`${text}\n`);

interface Place {
  /** Of all the others. */
  readonly folder: string;
  readonly cache: string;
  readonly config: string;
}

/** A root, a cache and a configuration of the demonstration's own. */
function prepare(user: string | undefined, { origin }: DemoMirror): Place {
  const folder = mkdtempSync(join(tmpdir(), 'pacman-fetch-demo-'));
  // As /var/cache is.
  chmodSync(folder, 0o755);
  const at = (name: string): string => join(folder, name);
  for (const name of ['root', 'db', 'cache', 'pacman.d']) mkdirSync(at(name));
  const lines = [
    '[options]',
    `RootDir = ${at('root')}`,
    `DBPath = ${at('db')}`,
    `CacheDir = ${at('cache')}`,
    'Architecture = x86_64',
    'ParallelDownloads = 5',
    'SigLevel = Never',
    'Color',
    '[demo]',
    `Server = ${origin}`,
  ];
  writeFileSync(at('pacman.conf'), `${lines.join('\n')}\n`);
  const own = user === undefined ? '' : `SandboxUser = ${user}\n`;
  writeFileSync(at('pacman.d/pacman-fetch.conf'), `[options]\n${own}`);
  return { folder, cache: at('cache'), config: at('pacman.conf') };
}

/** What each command is there for. */
const captions = {
  refresh: 'The databases, as pacman -Sy brings them:',
  prefetch: 'The packages and what they need, as pacman -Sw brings them:',
  doctor: 'What whoever downloaded that may not do, attempted:',
};

/** Shows and runs one command. */
async function show(
  { config }: Place,
  command: keyof typeof captions,
  ...args: readonly string[]
): Promise<number | null> {
  print(`\n${captions[command]}\n\n$ ${['pacman-fetch', command, ...args].join(' ')}`);
  const program = fileURLToPath(new URL('cli.js', import.meta.url));
  const all = [program, command, '--config', config, ...args];
  const [status] = (await once(spawn(process.execPath, all, { stdio: 'inherit' }), 'exit')) as [number | null];
  return status;
}

async function mustShow(place: Place, command: keyof typeof captions, ...args: readonly string[]): Promise<void> {
  const status = await show(place, command, ...args);
  if (status !== 0) throw new Error(`pacman-fetch ${command} ended with ${status}`);
}

/** Compares what was downloaded with what the mirror has, and lays out where it is. */
function filesTable({ packages }: DemoMirror, { cache }: Place): string {
  const rows = packages.map(({ name, size: bytes, sha256 }) => {
    const path = join(cache, name);
    const { uid, mode } = statSync(path);
    if (digest(readFileSync(path)) !== sha256) throw new Error(`${name} is not what the mirror has`);
    return [name, size(bytes).trim(), `uid ${uid}`, (mode & 0o7777).toString(8), 'as on mirror'];
  });
  return table([['file', 'size', 'owner', 'mode', 'content'], ...rows]);
}

/** Who downloads; an ordinary user can become nobody else. */
function sandboxUser(): string | undefined {
  if (!currentIdentity().uid.includes(0)) return undefined;
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

function whose(user: string | undefined): string {
  return user === undefined ? 'the same one, confined' : `the user ${user}`;
}

function hasPacman(): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, 'pacman'));
      return true;
    } catch {
      return false;
    }
  });
}

async function demo(): Promise<void> {
  await using mirror = await startDemoMirror();
  const user = sandboxUser();
  const place = prepare(user, mirror);
  try {
    print(`A mirror serves a database and ${mirror.packages.length} packages at ${mirror.origin}.`);
    print(`This process is uid ${currentIdentity().uid[1]}; its downloads are made by ${whose(user)}.`);
    await mustShow(place, 'refresh');
    if (hasPacman()) {
      await mustShow(place, 'prefetch', ...mirror.targets);
      print(`\n${filesTable(mirror, place)}`);
    } else {
      print('\nThere is no pacman here that prefetch could ask what is needed; it is left out.');
    }
    // Its status says what is missing here, which is no failure of the demonstration.
    await show(place, 'doctor');
    print('\nTo use it, once it is installed:  pacman-fetch pacman -- -Syu');
  } finally {
    rmSync(place.folder, { recursive: true, force: true });
  }
}

await demo();
