/**
 * `npm start`: pacman-fetch upgrades a small system from a mirror on loopback. It shows which user asked that mirror,
 * and what of the sandbox this machine can enforce. Everything is in a temporary directory.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { columns } from '@sb/cli-kit';
import { isProgram, isRoot } from '@sb/files';
import { currentIdentity, lookupUser } from '@sb/privdrop';

import { printMessage } from '../ui/print-message.js';
import type { Rights } from './asker.js';
import { type DemoMirror, startDemoMirror } from './mirror.js';
import { type DemoSystem, makeSystem } from './system.js';

/** The users that may download; the first that exists is used: that of Arch, or the one that every system has. */
const candidates = ['alpm', 'nobody'];

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** What the commands need. */
type Scene = Pick<DemoSystem, 'config'> & Pick<DemoMirror, 'listening'>;

/** Shows and runs one command. */
async function show({ config, listening }: Scene, ...words: readonly string[]): Promise<number | null> {
  print(`\n$ ${['pacman-fetch', ...words].join(' ')}`);
  const program = fileURLToPath(new URL('cli.cjs', import.meta.url));
  const all = [program, ...words, '--config', config];
  const child = spawn(process.execPath, all, { stdio: ['inherit', 'inherit', 'inherit', listening] });
  const [status] = (await once(child, 'exit')) as [number | null];
  return status;
}

async function mustShow(scene: Scene, ...words: readonly string[]): Promise<void> {
  const status = await show(scene, ...words);
  if (status !== 0) throw new Error(`pacman-fetch ${words[0]} ended with ${status}`);
}

/** The user that downloads; an ordinary user cannot switch to another user. */
function sandboxUser(): string | undefined {
  if (!currentIdentity().uid.includes(0)) return undefined;
  const found = candidates.find((name) => {
    try {
      return lookupUser(name).uid !== 0;
    } catch {
      // It does not exist on this system; the next one may.
      return false;
    }
  });
  if (found === undefined) throw new Error(`none of the users ${candidates.join(', ')} exists here`);
  return found;
}

/** A table of the users that asked, by the kernel; root would be in it as well. */
function askersTable({ askers }: DemoMirror, user: string | undefined): string {
  const counts = new Map<string, number>();
  for (const { uid, rights } of askers) {
    const row = [nameOf(uid, user), rightsCells(rights)].flat().join('\n');
    counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  const isRootAbsent = isRoot() && !askers.some(({ uid }) => uid === 0);
  const rows = Array.from(counts, ([row, count]) => {
    const [name = '', ...rights] = row.split('\n');
    return [name, String(count), ...rights];
  });
  const title = ['asked by', 'requests', 'capabilities', 'system-call filter'];
  return columns([title, ...(isRootAbsent ? [['root', '0']] : []), ...rows]).join('\n');
}

function rightsCells(rights: Rights | undefined): readonly string[] {
  if (rights === undefined) return ['not shown', 'not shown'];
  return [rights.hasCapabilities ? 'some' : 'none', rights.isFiltered ? 'in force' : 'none'];
}

function nameOf(uid: number | undefined, user: string | undefined): string {
  if (uid === undefined) return 'not known';
  if (uid === 0) return 'root';
  return user !== undefined && lookupUser(user).uid === uid ? `${user} (uid ${uid})` : `uid ${uid}`;
}

function hasPacman(): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => isProgram(join(folder, 'pacman')));
}

/** As much of an upgrade as can be shown on this system. */
async function upgrade(scene: Scene): Promise<void> {
  if (hasPacman() && isRoot()) return await mustShow(scene, '-Syu', '--noconfirm');
  await mustShow(scene, 'refresh');
  if (hasPacman()) return await mustShow(scene, 'prefetch', '--sysupgrade');
  print('\npacman is not installed, and only pacman knows what an upgrade needs. So packages are left out.');
}

async function demo(): Promise<void> {
  await using mirror = await startDemoMirror();
  const user = sandboxUser();
  using system = makeSystem(user, mirror);
  const { length } = mirror.packages;
  print(`A small system has ${length} packages. A mirror on loopback has newer versions.`);
  const who = user === undefined ? 'The same user, confined, downloads.' : `The user ${user} downloads.`;
  print(`This process is uid ${currentIdentity().uid[1]}. ${who}`);
  const scene = { config: system.config, listening: mirror.listening };
  await upgrade(scene);
  print(`\nRequests to the mirror, by the user that the kernel reports:\n\n${askersTable(mirror, user)}`);
  print('\nAttempts at what the download must not be able to do:');
  // Its status reports what is missing on this machine, which is not a failure of the demonstration.
  await show(scene, 'doctor', isRoot() ? '--quiet' : '--verbose');
  print('\nAfter installing it:  pacman-fetch -Syu   pacman-fetch doctor');
}

try {
  await demo();
} catch (error) {
  const { message, hint } = error as Error & { readonly hint?: string };
  printMessage('error', { text: message, hint });
  process.exitCode = 1;
}
