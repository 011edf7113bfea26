import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Things that every user may use, so that only a sandbox can forbid it. */
export interface Bait extends AsyncDisposable {
  readonly folder: string;
  /** A file that all may read and write. */
  readonly file: string;
  /** A program that all may execute. */
  readonly program: string;
  /** Names that do not exist yet. */
  readonly made: string;
  readonly link: string;
  /** Name of an abstract socket that listens. */
  readonly abstract: string;
  /** A process outside: this one. */
  readonly pid: number;
}

/**
 * Lengths of the abstract socket's name, in turn. First a whole sun_path without its first byte (unix(7)), since older
 * releases of Node fill shorter names up with NULs; Bun takes none that is so long, and fills none up.
 */
const abstractNameLengths = [107, 106] as const;

/**
 * Lays the bait out in a temporary folder, and removes it again.
 *
 * @param program - path of a static program
 */
export async function layBait(program: string): Promise<Bait> {
  const folder = mkdtempSync(join(tmpdir(), 'sb-self-test-'));
  const bait = { folder, file: join(folder, 'file'), program: join(folder, 'program') };
  chmodSync(folder, 0o777);
  writeFileSync(bait.file, '');
  chmodSync(bait.file, 0o666);
  copyFileSync(program, bait.program);
  chmodSync(bait.program, 0o755);
  const name = `sb-self-test-${process.pid}-${folder.slice(-6)}`;
  const { abstract, server } = await listenAt(abstractNameLengths.map((length) => name.padEnd(length, '.')));
  return {
    ...bait,
    made: join(folder, 'made'),
    link: join(folder, 'link'),
    abstract,
    pid: process.pid,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => {
        server.close(resolve);
      });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Listens at the first name that the runtime takes. */
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
