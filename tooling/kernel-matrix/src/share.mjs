// Folders of the host in a guest: virtiofsd, one process a folder.
// @ts-check
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { startChild } from './children.mjs';
import { MatrixError } from './shell.mjs';

/** Where distributions put it. */
export const virtiofsd = ['/usr/libexec/virtiofsd', '/usr/lib/virtiofsd'].find((file) => existsSync(file));

/**
 * Offers a directory on a socket.
 *
 * @param {{ socket: string, folder: string, readOnly: boolean }} share
 * @returns {Promise<{ end: () => void }>}
 * @throws {MatrixError} if it doesn't come up within five seconds
 */
export async function share({ socket, folder, readOnly }) {
  const mode = readOnly ? ['--cache=always', '--readonly'] : ['--cache=never'];
  const args = [`--socket-path=${socket}`, `--shared-dir=${folder}`, '--sandbox=none', ...mode];
  const child = startChild(virtiofsd ?? 'virtiofsd', args);
  for (const stream of [child.stdout, child.stderr]) stream.resume(); // nobody reads it, and it must not block
  child.on('error', () => {}); // it shows: the socket never comes
  for (let tries = 0; tries < 250 && !existsSync(socket) && child.exitCode === null; tries++) await sleep(20);
  if (existsSync(socket)) return { end: () => child.kill('SIGKILL') };
  child.kill('SIGKILL');
  throw new MatrixError(`virtiofsd did not offer ${folder} (exit status ${child.exitCode}).`);
}
