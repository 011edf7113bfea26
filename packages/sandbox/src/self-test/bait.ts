import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
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

/** A whole sun_path without its first byte (unix(7)): older releases of Node fill shorter names up with NULs. */
const abstractNameMax = 107;

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
  const abstract = `sb-self-test-${process.pid}-${folder.slice(-6)}`.padEnd(abstractNameMax, '.');
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(`\0${abstract}`, resolve);
  });
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
