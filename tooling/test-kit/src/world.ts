import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { neighbourPath } from './neighbour.js';
import { type TemporaryFolder, temporaryFolder } from './temporary.js';

/** What a canary of the neighbour's has behind its program (native/canary.c). */
const trailer = { mark: 'SB-NEIGHBOUR-CANARY:', size: 512 };

/**
 * What a neighbour would like to have: files of root's that nobody else may change, and places where it may do what it
 * likes. After a test {@link World.gains} says what it got.
 */
export class World implements Disposable {
  readonly #folder: TemporaryFolder;
  readonly #as: { readonly uid: number; readonly gid: number };
  readonly #before: ReadonlyMap<string, string>;
  /** A directory that all may write in, as /tmp is. */
  readonly open: string;
  /** A directory that the neighbour owns. */
  readonly theirs: string;
  /** An empty directory that root owns and all may read. */
  readonly roots: string;
  /** Canaries: files that root owns, of modes 0600 and 0644, and a directory with more of them. */
  readonly secret: string;
  readonly known: string;
  readonly kept: string;
  /** A program of the neighbour's, which writes down as whom it is executed. */
  readonly program: string;

  /** @param as - whom the neighbour is */
  constructor(as: { readonly uid: number; readonly gid: number }) {
    this.#as = as;
    this.#folder = temporaryFolder();
    const make = (name: string, mode: number): string => {
      mkdirSync(this.#folder.file(name));
      chmodSync(this.#folder.file(name), mode);
      return this.#folder.file(name);
    };
    this.open = make('open', 0o1777);
    this.theirs = make('theirs', 0o755);
    this.roots = make('roots', 0o755);
    const canaries = make('canaries', 0o755);
    this.kept = make('kept', 0o755);
    this.secret = join(canaries, 'secret');
    this.known = join(canaries, 'known');
    const stock = make('stock', 0o755);
    this.program = join(stock, 'program');
    for (const [file, mode] of [
      [this.secret, 0o600],
      [this.known, 0o644],
      // Removing many takes longer, and is hit more easily.
      ...Array.from({ length: 30 }, (_, index) => [join(this.kept, `file${index}`), 0o644] as const),
    ] as const) {
      writeFileSync(file, `root's ${file}\n`);
      chmodSync(file, mode);
    }
    writeFileSync(this.#record, '');
    writeFileSync(this.program, Buffer.concat([readFileSync(neighbourPath()), trailerOf(this.#record)]));
    chmodSync(this.program, 0o755);
    for (const path of [this.#record, this.program, stock, this.theirs]) chownSync(path, as.uid, as.gid);
    // Every user may tell that it has executed the program.
    chmodSync(this.#record, 0o666);
    this.#before = this.#canaries();
  }

  get #record(): string {
    return this.#folder.file('stock', 'record');
  }

  /** A path in the directory around all of it, which root owns. */
  file(...parts: readonly string[]): string {
    return this.#folder.file(...parts);
  }

  /** What the neighbour got beside what it says itself: programs that others executed for it, and changes of root's files. */
  gains(): readonly string[] {
    const own = `uid ${this.#as.uid} euid ${this.#as.uid} `;
    const ran = readFileSync(this.#record, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(own));
    const after = this.#canaries();
    const names = new Set([...this.#before.keys(), ...after.keys()]);
    const changed = [...names].filter((name) => this.#before.get(name) !== after.get(name));
    return [
      ...ran.map((line) => `code ran as ${line}`),
      ...changed.map((name) => `${name}: ${this.#before.get(name) ?? 'not there'}, now ${after.get(name) ?? 'gone'}`),
    ];
  }

  #canaries(): ReadonlyMap<string, string> {
    const all = ['canaries', 'kept'].flatMap((name) => {
      const folder = this.#folder.file(name);
      return ['.', ...readdirSync(folder)].map((one) => join(folder, one));
    });
    return new Map(all.map((path) => [path, stateOf(path)]));
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

/** Owner, mode and content of something. */
function stateOf(path: string): string {
  const { uid, gid, mode } = lstatSync(path);
  const isFile = (mode & 0o170_000) === 0o100_000;
  return [uid, gid, mode.toString(8), isFile ? JSON.stringify(readFileSync(path, 'latin1')) : ''].join(' ');
}

function trailerOf(record: string): Buffer {
  const bytes = Buffer.alloc(trailer.size);
  bytes.write(`${trailer.mark}${record}`);
  return bytes;
}
