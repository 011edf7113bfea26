/* What there is to attack: made anew for every leg, since an attack that succeeds changes it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';

import { probePath, temporaryFolder } from '@sb/test-kit';

/** The ordinary user of all attacks. */
export const nobody = { uid: 65_534, gid: 65_534 } as const;

/** The longest abstract name: older releases of Node fill shorter ones up with NULs. */
const nameMax = 107;
let count = 0;

/** An abstract name that nobody else uses. */
export function abstractName(): string {
  return `sb-attack-${process.pid}-${count++}`.padEnd(nameMax, '.');
}

/** Things that the attacker may use as far as its ids go, so that only a sandbox keeps it from them. */
export interface Place extends Disposable {
  /** A folder that all may write in, and all that is in it. */
  readonly folder: string;
  readonly file: string;
  readonly other: string;
  readonly program: string;
  readonly empty: string;
  /** A name that nothing has yet. */
  fresh(name: string): string;
  /** A process of the attacker's own user, outside. */
  readonly victim: number;
  /** The abstract datagram socket of the victim. */
  readonly datagrams: string;
  /** What an attack has changed; empty where nothing has happened. */
  damage(): readonly string[];
}

const content = 'bait';

/** Lays out a place for an attacker with these ids. */
export async function makePlace(ids: { readonly uid?: number; readonly gid?: number }): Promise<Place> {
  const folder = temporaryFolder(0o777);
  const [file, other, program, empty] = ['file', 'other', 'program', 'empty'].map((name) => folder.file(name));
  if (!file || !other || !program || !empty) throw new Error('no names');
  for (const path of [file, other]) {
    writeFileSync(path, content);
    chmodSync(path, 0o666);
    chownSync(path, ids.uid ?? 0, ids.gid ?? 0);
  }
  copyFileSync(probePath(), program);
  chmodSync(program, 0o755);
  mkdirSync(empty);
  chmodSync(empty, 0o777);
  const datagrams = abstractName();
  const victim = spawn(probePath(), ['wait', datagrams], { ...ids, stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(victim.stdout, 'data')) as [Buffer];
  const { pid } = victim;
  if (pid === undefined || said.toString() !== 'wait 0 OK\n') throw new Error(`the victim says ${said.toString()}`);
  const entries = () => readdirSync(folder.path).sort().join(' ');
  const before = entries();
  return {
    folder: folder.path,
    file,
    other,
    program,
    empty,
    fresh: (name) => folder.file(name),
    victim: pid,
    datagrams,
    damage: () => [
      ...(existsSync(`/proc/${pid}`) && victim.exitCode === null && victim.signalCode === null ? [] : ['victim']),
      ...(entries() === before ? [] : [`folder: ${entries()}`]),
      ...[file, other].filter((path) => !existsSync(path) || readFileSync(path, 'utf8') !== content),
      ...[file, other].filter((path) => existsSync(path) && (statSync(path).mode & 0o7777) !== 0o666),
    ],
    [Symbol.dispose]() {
      victim.kill('SIGKILL');
      folder[Symbol.dispose]();
    },
  };
}
