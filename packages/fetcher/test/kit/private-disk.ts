import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';

/** A file system that only programs started with its prefix see under its path. */
export interface PrivateDisk extends AsyncDisposable {
  /** Its path for those programs. */
  readonly path: string;
  /** Its path for everyone else. */
  readonly outside: string;
  /** Starts a program that sees it. */
  readonly prefix: readonly string[];
  /** Changes its mount options. */
  readonly remount: (options: string) => void;
}

/**
 * Mounts a tmpfs in a mount namespace of its own: a disk that can be full without anybody else's noticing.
 *
 * @param path - where; made if it is not there
 * @param options - mount options of tmpfs(5), for instance `size=64k`
 */
export async function privateDisk(path: string, options: string): Promise<PrivateDisk> {
  mkdirSync(path, { recursive: true });
  const script = 'mount -t tmpfs -o "$1" none "$2" && echo mounted && exec cat';
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', options, path];
  // It lives until its standard input ends.
  const holder = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(holder, 'exit');
  await Promise.race([once(holder.stdout, 'data'), ended]);
  if (holder.pid === undefined || holder.exitCode !== null) throw new Error(`no tmpfs at ${path}`);
  const prefix = ['nsenter', `--mount=/proc/${holder.pid}/ns/mnt`];
  return {
    path,
    outside: `/proc/${holder.pid}/root${path}`,
    prefix,
    remount: (changed) => execFileSync('nsenter', [...prefix.slice(1), 'mount', '-o', `remount,${changed}`, path]),
    [Symbol.asyncDispose]: async () => {
      holder.stdin.end();
      await ended;
    },
  };
}
