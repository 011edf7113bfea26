import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A disk that only programs see that are started with its prefix. */
export interface SmallDisk extends AsyncDisposable {
  /** Starts a program that sees it. */
  readonly prefix: readonly string[];
}

/**
 * Mounts a disk of 1 MiB in memory, which all may write to, in a private mount namespace.
 *
 * @param folder - where
 * @throws Error where that isn't allowed
 */
export async function smallDisk(folder: string): Promise<SmallDisk> {
  const script = 'mount -t tmpfs -o size=1m,mode=1777 none "$0" && echo mounted && exec cat';
  // It lives until its standard input ends.
  const holder = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit');
  await Promise.race([once(holder.stdout, 'data'), ended]);
  if (holder.pid === undefined || holder.exitCode !== null) throw new Error('mounting a private disk failed');
  return {
    prefix: ['nsenter', `--mount=/proc/${holder.pid}/ns/mnt`],
    [Symbol.asyncDispose]: async () => {
      holder.stdin.end();
      await ended;
    },
  };
}
