/** Runs one command on a fresh copy of a small Arch, and says what it changed and whom the network has seen. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type ProgramResult, runProgram } from '@sb/test-kit';

import { environment } from '../kit/fetch-program.js';
import { startArchMirror } from './arch-mirror.js';
import { type Changes, changesIn } from './changes.js';
import type { Repositories } from './repositories.js';

const script = fileURLToPath(new URL('world.sh', import.meta.url));
const packaging = fileURLToPath(new URL('../../packaging', import.meta.url));

/** The user of Arch that downloads. */
export const alpm = 961;

/** One run. */
export interface Run {
  readonly command: readonly string[];
  /** What is typed beforehand. */
  readonly input?: string;
  /** The state before it. */
  readonly layers: readonly string[];
  /** Whether the first server has it, only the second one, or there is no network. Default: the first. */
  readonly mirror?: 'good' | 'second is good' | 'none';
}

/** What came of it. */
export interface Outcome extends ProgramResult {
  readonly changes: Changes;
  /** `GET /path`, each once. */
  readonly requests: readonly string[];
  /** Who has asked, each once: `root`, `uid N`, or `uid N, confined`. */
  readonly askers: readonly string[];
  /** A folder with what it changed, a layer for another run. */
  readonly layer: string;
}

/** pacman.conf as Arch ships it, but for the repositories. */
const archConfiguration = `
[options]
HoldPkg     = pacman glibc
Architecture = auto
CheckSpace
ParallelDownloads = 5
DownloadUser = alpm
SigLevel    = Required DatabaseOptional
LocalFileSigLevel = Optional

[core]
Include = /etc/pacman.d/mirrorlist

[extra]
SigLevel = Optional TrustAll
Include = /etc/pacman.d/mirrorlist

[loose]
SigLevel = Never
Include = /etc/pacman.d/mirrorlist

[home]
SigLevel = Optional TrustAll
Server = file:///srv/home
`;

/** A layer with everything that such a system has: users, keys, configuration, our package as it is installed. */
export function makeSystem(folder: string, { keyring, folder: repositories }: Repositories): string {
  const layer = join(folder, 'system');
  const at = (name: string): string => join(layer, name);
  for (const name of ['etc/pacman.d', 'srv', 'usr/lib', 'usr/bin', 'usr/share/nobodys']) {
    mkdirSync(at(name), { recursive: true });
  }
  for (const name of ['passwd', 'group']) copyFileSync(`/etc/${name}`, at(`etc/${name}`));
  execFileSync('sed', ['-i', '/^alpm:/d', at('etc/passwd'), at('etc/group')]);
  writeFileSync(at('etc/passwd'), `alpm:x:${alpm}:${alpm}::/:/usr/sbin/nologin\n`, { flag: 'a' });
  writeFileSync(at('etc/group'), `alpm:x:${alpm}:\n`, { flag: 'a' });
  writeFileSync(at('etc/pacman.conf'), archConfiguration);
  writeFileSync(at('usr/share/nobodys/file'), 'it belongs to no package\n');
  cpSync(keyring, at('etc/pacman.d/gnupg'), { recursive: true });
  for (const name of ['home', 'old']) execFileSync('cp', ['-a', join(repositories, name), at(`srv/${name}`)]);
  installOurs(layer);
  execFileSync('chown', ['-R', 'root:root', layer]);
  execFileSync('chmod', ['-R', 'u=rwX,go=rX', at('usr'), at('srv')]);
  execFileSync('chmod', ['-R', 'go-rwx', at('etc/pacman.d/gnupg')]);
  return layer;
}

/** Where the package puts it; PKGBUILD itself has a test of its own. */
function installOurs(layer: string): void {
  execFileSync(process.execPath, [join(packaging, 'installed.mjs'), join(layer, 'usr/lib/pacman-fetch')]);
  symlinkSync('../lib/pacman-fetch/start', join(layer, 'usr/bin/pacman-fetch'));
  copyFileSync(join(packaging, 'arch/pacman-fetch.conf'), join(layer, 'etc/pacman.d/pacman-fetch.conf'));
}

/** Runs it. */
export async function runIn(folder: string, repositories: Repositories, run: Run): Promise<Outcome> {
  const out = mkdtempSync(join(folder, 'run-'));
  const { command, input = '', layers, mirror: kind = 'good' } = run;
  await using mirror = await startArchMirror(repositories.folder);
  // It has nothing.
  await using other = await startArchMirror(out);
  const servers = kind === 'second is good' ? [other.origin, mirror.origin] : [mirror.origin];
  const net = kind === 'none' ? ['--net'] : [];
  const words = ['--mount', '--pid', '--fork', '--kill-child', ...net, 'sh', script, out];
  const all = [...words, servers.join(' '), input, ...layers, '--', ...command];
  const result = await runProgram('unshare', all, { env: environment, timeout: 60_000 });
  const layer = join(out, 'changes');
  if (!existsSync(layer)) throw new Error(`the world did not come about: ${result.stderr}`);
  return { ...result, changes: changesIn(layer, layers), layer, ...mirror.seen() };
}

/** What a run has said, without what is another port each time. */
export const withoutPorts = (text: string): string => text.replaceAll(/127\.0\.0\.1:\d+/g, 'MIRROR');
