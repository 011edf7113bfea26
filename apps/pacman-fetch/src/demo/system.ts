import { closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { Folder, isRoot, NewFolder, writeWhole } from '@sb/files';

import { FetchError } from '../errors.js';
import { installedText } from './database.js';
import type { DemoMirror } from './mirror.js';

/** A small system in a temporary directory, which is removed at the end. */
export interface DemoSystem extends Disposable {
  /** Path of its pacman.conf. */
  readonly config: string;
}

const folders = ['root', 'db', 'cache', 'pacman.d', 'keys', 'hooks'];

/** The installed version of each package: all versions of the mirror are newer. */
const oldVersion = '0.1-1';

/**
 * Makes a root, a cache, a configuration and a database in which an older version of each package is installed.
 *
 * @param user - the user that downloads; undefined: the user of this process
 * @throws FetchError `file`
 */
export function makeSystem(user: string | undefined, { origin, packages }: DemoMirror): DemoSystem {
  const above = Folder.open(resolve(tmpdir()));
  // Its parts are used by their paths, so no other user may replace those.
  const why = isRoot() ? above.whyOthersRename() : undefined;
  if (why !== undefined) {
    const hint = 'Set TMPDIR to a directory in which no other user can rename files.';
    throw new FetchError('file', `cannot use the temporary directory ${above.path}: it ${why}`, hint);
  }
  const made = NewFolder.make(above, 'pacman-fetch-demo-');
  // The mode of /var/cache. Other users cannot write to it, so what is made in it stays as it is.
  made.openTo(0o755);
  const { inside } = made;
  const at = (name: string): string => join(inside.path, name);
  for (const name of folders) inside.makeFolder(name, 0o755);
  write(inside, 'pacman.conf', configuration(at, origin));
  using ours = Folder.open(at('pacman.d'));
  write(ours, 'pacman-fetch.conf', `[options]\n${user === undefined ? '' : `SandboxUser = ${user}\n`}`);
  install(at('db'), packages);
  return {
    config: at('pacman.conf'),
    [Symbol.dispose]: () => {
      made.removeAll();
      made[Symbol.dispose]();
      above.close();
    },
  };
}

function configuration(at: (name: string) => string, origin: string): string {
  const lines = [
    '[options]',
    `RootDir = ${at('root')}`,
    `DBPath = ${at('db')}`,
    `CacheDir = ${at('cache')}`,
    `LogFile = ${at('pacman.log')}`,
    `GPGDir = ${at('keys')}`,
    `HookDir = ${at('hooks')}`,
    'Architecture = x86_64',
    'ParallelDownloads = 5',
    'SigLevel = Never',
    'Color',
    '[demo]',
    `Server = ${origin}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Writes pacman's database of installed packages. */
function install(path: string, packages: DemoMirror['packages']): void {
  using database = Folder.open(path);
  database.makeFolder('local', 0o755);
  using local = Folder.open(join(path, 'local'));
  write(local, 'ALPM_DB_VERSION', '9\n');
  for (const one of packages) {
    const name = `${one.name}-${oldVersion}`;
    local.makeFolder(name, 0o755);
    using entry = Folder.open(join(path, 'local', name));
    write(entry, 'desc', installedText(one, oldVersion));
    write(entry, 'files', '%FILES%\n');
  }
}

function write(folder: Folder, name: string, text: string): void {
  const descriptor = folder.create(name, 0o644);
  writeWhole(descriptor, text);
  closeSync(descriptor);
}
