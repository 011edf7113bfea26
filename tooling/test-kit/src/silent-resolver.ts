import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';

import { compileFixture } from './fixture.js';

/** A private network, whose resolver never answers for some names. */
export interface SilentResolver extends AsyncDisposable {
  /** Starts a program in it. */
  readonly prefix: readonly string[];
}

let program: string | undefined;

/**
 * Makes a network namespace in which `good.test` leads to a server of `good`, and every name that begins with `dead` to
 * no answer at all. One look-up of those takes 10 s for each name server (resolv.conf(5): `timeout` 5, `attempts` 2).
 *
 * @param file - is made; it gets the place of resolv.conf there
 * @param servers - name servers, at most 3
 */
export async function silentResolver(file: string, servers: number): Promise<SilentResolver> {
  program ??= compileFixture(new URL('../fixtures/silent-resolver.ts', import.meta.url));
  writeFileSync(file, 'nameserver 127.0.0.1\n'.repeat(servers));
  const script = 'ip link set lo up && mount --bind "$1" /etc/resolv.conf && exec "$2" "$3"';
  const args = ['--net', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', file];
  // It lives until its standard input ends.
  const holder = spawn('unshare', [...args, process.execPath, program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(holder, 'exit');
  await Promise.race([once(holder.stdout, 'data'), ended]);
  if (holder.pid === undefined || holder.exitCode !== null) throw new Error('making a private network failed');
  return {
    prefix: ['nsenter', `--net=/proc/${holder.pid}/ns/net`, `--mount=/proc/${holder.pid}/ns/mnt`],
    [Symbol.asyncDispose]: async () => {
      holder.stdin.end();
      await ended;
    },
  };
}
