import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

import type { SandboxedProcess } from '../child/child.js';
import type { BaitFiles } from './bait-files.js';

/** Objects that the sandbox's user may use, so that only a sandbox can deny it. */
export interface Bait {
  readonly files: BaitFiles;
  /** Name of an abstract socket that listens. */
  readonly abstract: string;
  /** A process outside, of the sandbox's user. */
  readonly pid: number;
}

/**
 * Lengths of the abstract socket's name, in turn. First a whole sun_path without its first byte (unix(7)), since older
 * releases of Node fill shorter names with NULs. Bun accepts no name of that length, and does not fill shorter ones.
 */
const abstractNameLengths = [107, 106] as const;

/** A socket that listens at an abstract name (`await using`). */
export interface Listener extends AsyncDisposable {
  readonly abstract: string;
}

/**
 * Listens at an abstract name of this process.
 *
 * @param mark - unique among the listeners of this process
 */
export async function listen(mark: string): Promise<Listener> {
  const name = `sb-self-test-${process.pid}-${mark}`;
  const { abstract, server } = await listenAt(abstractNameLengths.map((length) => name.padEnd(length, '.')));
  return {
    abstract,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Listens at the first name that the runtime accepts. */
async function listenAt(names: readonly string[]): Promise<{ readonly abstract: string; readonly server: Server }> {
  const [abstract = '', ...others] = names;
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(`\0${abstract}`);
    await once(server, 'listening');
  } catch (error) {
    if (others.length === 0) throw error;
    return await listenAt(others);
  }
  return { abstract, server };
}

/**
 * Waits until a process has started that the probe will attack.
 *
 * @param child - a probe that waits
 * @returns its process id, and a function that ends it
 * @throws SandboxError if it cannot be started
 */
export async function asVictim(child: SandboxedProcess): Promise<{ readonly pid: number } & AsyncDisposable> {
  // The promise of enforcement carries the same error.
  child.on('error', () => undefined);
  const closed = new Promise((resolve) => child.once('close', resolve));
  const said = child.stdout === null ? closed : Promise.race([once(child.stdout, 'data'), closed]);
  await Promise.all([child.enforcement, said]);
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
