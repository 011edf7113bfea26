import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { makeAuthority, temporaryFolder } from '@sb/test-kit';

import { type Nginx, startNginx } from '../pacman/nginx.js';
import { makeRepository, type Repository } from '../pacman/repository.js';
import { Machine, type MachineOptions } from './machine.js';

/** A signed repository on a real server, and machines that use it. */
export interface Scene extends AsyncDisposable {
  readonly repository: Repository;
  readonly nginx: Nginx;
  /** What is asked for since the last time that this was read: `STATUS /path`. */
  asked(): readonly string[];
  /** A new machine; its server is the http one where nothing else is said. */
  machine(options?: Partial<MachineOptions>): Machine;
  /** The same with databases: those that the first one of its kind has brought, so that each test begins behind that. */
  refreshed(options?: Partial<MachineOptions>): Promise<Machine>;
  /** A copy of the repository that a test may spoil, and its `file:` URL. */
  copy(): { readonly folder: string; readonly url: string };
}

/** Sets the scene. */
export async function makeScene(): Promise<Scene> {
  const folder = temporaryFolder();
  const authority = makeAuthority(folder.path);
  const repository = makeRepository(folder.path);
  const nginx = await startNginx(folder.path, repository.folder, authority.issue('nginx', 'IP:127.0.0.1'));
  let count = 0;
  let read = 0;
  const fresh = (name: string): string => {
    const path = folder.file(`${name}${count++}`);
    mkdirSync(path);
    return path;
  };
  const databases = new Map<boolean, string>();
  const scene: Scene = {
    repository,
    nginx,
    asked: () => {
      const lines = nginx.log().filter((line) => line !== '');
      const news = lines.slice(read).map((line) => line.split(' ').slice(0, 2).join(' '));
      read = lines.length;
      return news.toSorted();
    },
    machine: (options = {}) =>
      new Machine(fresh('machine'), { servers: [nginx.http], cacert: authority.file, ...options }),
    refreshed: async (options = {}) => {
      const machine = scene.machine(options);
      const isSigned = options.signedBy !== undefined;
      const [sync, known] = [join(machine.database, 'sync'), databases.get(isSigned)];
      if (known === undefined) {
        const { status, stderr } = await machine.run('refresh');
        if (status !== 0 || stderr !== '') throw new Error(`refresh ended with ${status}: ${stderr}`);
        const kept = join(fresh('databases'), 'sync');
        cpSync(sync, kept, { recursive: true, preserveTimestamps: true });
        databases.set(isSigned, kept);
      } else cpSync(known, sync, { recursive: true, preserveTimestamps: true });
      scene.asked();
      return machine;
    },
    copy: () => {
      const path = fresh('copy');
      // Not by cpSync, whose `dereference` Node 22 and 24 ignore below the top: the original would be spoiled.
      execFileSync('cp', ['-RLp', `${repository.folder}/.`, path]);
      return { folder: path, url: `file://${path}` };
    },
    [Symbol.asyncDispose]: async () => {
      await nginx[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
  return scene;
}
