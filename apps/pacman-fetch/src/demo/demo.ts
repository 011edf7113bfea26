/**
 * `npm start`: a mirror on loopback, its database refreshed and its packages fetched by pacman-fetch, and what of the
 * sandbox this machine can enforce. Everything lies in a temporary folder.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Folder, isProgram, isRoot, NewFolder, readToEnd, writeWhole } from '@sb/files';
import { currentIdentity, lookupUser } from '@sb/privdrop';

import { printMessage } from '../ui/print-message.js';
import { columns } from '@sb/cli-kit';
import { FetchError } from '../errors.js';
import { size } from '../ui/figures.js';
import { type DemoMirror, digest, startDemoMirror } from './mirror.js';

/** The users that may download, the first that exists: Arch's own, or the one that every system has. */
const candidates = ['alpm', 'nobody'];

const print = (text: string): void => void process.stdout.write(`${text}\n`);

interface Place extends Disposable {
  /** What is in the cache. */
  readonly cache: Folder;
  readonly config: string;
}

/** A root, a cache and a configuration of the demonstration's own. */
function prepare(user: string | undefined, { origin }: DemoMirror): Place {
  const above = Folder.open(resolve(tmpdir()));
  // Its parts are used by their paths, so nobody else may turn those into others.
  const why = isRoot() ? above.whyOthersRename() : undefined;
  if (why !== undefined) {
    const hint = 'Set TMPDIR to a folder in which nobody else can rename.';
    throw new FetchError('file', `the temporary folder ${above.path} can't be used: it ${why}`, hint);
  }
  const made = NewFolder.make(above, 'pacman-fetch-demo-');
  // As /var/cache is. Others can put nothing into it, so what is made in it stays ours.
  made.openTo(0o755);
  const { inside } = made;
  const at = (name: string): string => join(inside.path, name);
  for (const name of ['root', 'db', 'cache', 'pacman.d']) inside.makeFolder(name, 0o755);
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
  write(inside, 'pacman.conf', `${lines.join('\n')}\n`);
  const own = user === undefined ? '' : `SandboxUser = ${user}\n`;
  using ours = Folder.open(at('pacman.d'));
  write(ours, 'pacman-fetch.conf', `[options]\n${own}`);
  const cache = Folder.open(at('cache'));
  return {
    cache,
    config: at('pacman.conf'),
    [Symbol.dispose]: () => {
      cache.close();
      made.removeAll();
      made[Symbol.dispose]();
      above.close();
    },
  };
}

function write(folder: Folder, name: string, text: string): void {
  const descriptor = folder.create(name, 0o644);
  writeWhole(descriptor, text);
  closeSync(descriptor);
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
    const descriptor = cache.openFile(name);
    try {
      const { uid, mode } = fstatSync(descriptor);
      const isSame = digest(readToEnd(descriptor, name, bytes)) === sha256;
      if (!isSame) throw new Error(`${name} is not what the mirror has`);
      return [name, size(bytes).trim(), `uid ${uid}`, (mode & 0o7777).toString(8), 'as on mirror'];
    } finally {
      closeSync(descriptor);
    }
  });
  return columns([['file', 'size', 'owner', 'mode', 'content'], ...rows]).join('\n');
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
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => isProgram(join(folder, 'pacman')));
}

async function demo(): Promise<void> {
  await using mirror = await startDemoMirror();
  const user = sandboxUser();
  using place = prepare(user, mirror);
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
}

try {
  await demo();
} catch (error) {
  const { message, hint } = error as Error & { readonly hint?: string };
  printMessage('error', { text: message, hint });
  process.exitCode = 1;
}
