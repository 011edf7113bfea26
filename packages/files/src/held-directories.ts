import { closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';

import {
  errorCode,
  isServedMount,
  type Missing,
  missingName,
  mountIfKnown,
  noAnswer,
  openName,
  placeIn,
} from '@sb/core';

import { beneath, folderOf, nameOf } from './byte-path.js';
import type { ByteText } from './byte-text.js';
import type { Found } from './found.js';
import { lookByName } from './look-by-name.js';
import { type EntryKind, namesIn } from './names-in.js';
import { namesQuickly } from './names-quickly.js';
import { isRoot } from './own-user.js';
import { oPath } from './o-path.js';

/** How each name of a path is opened. */
const directoryFlags = oPath | constants.O_NOFOLLOW | constants.O_DIRECTORY;

/** Directories that are held at once; another one is opened again, name by name. */
const mostHeld = 64;

/** A name in a directory, and what it stands for. */
export interface HeldEntry {
  readonly name: ByteText;
  readonly kind: EntryKind;
}

interface Held {
  readonly descriptor: number;
  /** The mount that it lies on; undefined where that doesn't matter, or can't be known. */
  readonly mount: number | undefined;
}

/**
 * Looks at directories that others may change, name by name from the root directory. Each is held open, so that what is renamed or
 * mounted meanwhile leads nowhere else. Root asks no server of an ordinary user's file system.
 * That holds also for one that is mounted meanwhile: to open with O_PATH asks no server, and then the kernel names the mount.
 *
 * @see open(2), proc_pid_fdinfo(5)
 */
export class HeldDirectories implements Disposable {
  readonly #held = new Map<ByteText, Held>();
  readonly #opening: (path: ByteText) => void;
  readonly #asRoot: boolean;

  /**
   * @param opening - is told each path before it is opened; what it throws ends the look
   * @param asRoot - whether what an ordinary user serves is left alone. Default: for root
   */
  constructor(opening: (path: ByteText) => void = () => undefined, asRoot: boolean = isRoot()) {
    this.#opening = opening;
    this.#asRoot = asRoot;
  }

  /**
   * What lies there. A link is not followed.
   *
   * @param path - absolute; no name but the last may be a link
   * @param expected - what it is as a rule, which saves asking for others. Default: a directory, or nothing
   * @returns undefined where nothing does, or where this user may not look
   * @throws Error of the system where descriptors or memory have run out; what `opening` throws
   */
  lookUp(path: ByteText, expected?: EntryKind): Found | undefined {
    try {
      return process.platform === 'linux' ? this.#lookUp(path, expected) : lookByName(path);
    } catch (error) {
      if (noAnswer.has(errorCode(error))) throw error;
      return undefined;
    }
  }

  /**
   * What lies in a directory. Names are read as they are asked for: there may be millions of them.
   *
   * @param path - as for {@link lookUp}
   * @returns nothing for what an ordinary user serves
   * @throws Error of the system: EACCES, ENOENT, ENOTDIR
   */
  *entries(path: ByteText): Generator<HeldEntry> {
    const descriptor = this.#openToList(path);
    if (descriptor === undefined) return;
    try {
      const inside = process.platform === 'linux' ? `/proc/self/fd/${descriptor}/` : `${path}/`;
      for (const entry of namesQuickly(descriptor) ?? namesIn(Buffer.from(inside, 'latin1'))) {
        const name = entry.name.toString('latin1');
        const found = entry.kind ?? this.lookUp(beneath(path, name))?.kind;
        yield { name, kind: found === undefined || found === 'served' ? 'other' : found };
      }
    } finally {
      closeSync(descriptor);
    }
  }

  [Symbol.dispose](): void {
    for (const { descriptor } of this.#held.values()) closeSync(descriptor);
    this.#held.clear();
  }

  /** @throws Error of the system; also for what is not there, or is not a directory */
  #openToList(path: ByteText): number | undefined {
    const list = constants.O_RDONLY | constants.O_DIRECTORY;
    if (process.platform !== 'linux') return openSync(Buffer.from(path, 'latin1'), list);
    const held = this.#directory(path);
    if (held === 'served') return undefined;
    if (typeof held === 'string') throw missingName(held, Buffer.from(path, 'latin1'));
    return openSync(`/proc/self/fd/${held.descriptor}`, list);
  }

  #lookUp(path: ByteText, expected: EntryKind | undefined): Found | undefined {
    if (expected !== 'link') {
      const found = this.#directory(path);
      if (found !== 'ENOTDIR') return foundAs(found);
    }
    const above = this.#directory(folderOf(path));
    if (typeof above === 'string') return foundAs(above);
    try {
      // Nothing can be mounted on a link, and of all else the kernel says so itself.
      // In Deno the bytes are an Uint8Array.
      const place = placeIn(above.descriptor, nameOf(path));
      const target = Buffer.from(readlinkSync(place, { encoding: 'buffer' }));
      return { kind: 'link', target: target.toString('latin1') };
    } catch (error) {
      if (errorCode(error) !== 'EINVAL') throw error;
    }
    return expected === 'link' ? this.#lookUp(path, undefined) : this.#lookAtFile(above, nameOf(path));
  }

  #lookAtFile(above: Held, name: ByteText): Found | undefined {
    const descriptor = openName(above.descriptor, name, oPath | constants.O_NOFOLLOW);
    if (typeof descriptor === 'string') return undefined;
    try {
      if (this.#isServed(this.#mountOf(descriptor), above)) return { kind: 'served' };
      const status = fstatSync(descriptor, { bigint: true });
      const id = `${status.dev}:${status.ino}`;
      return { kind: status.isFile() ? 'file' : 'other', id, links: status.nlink };
    } finally {
      closeSync(descriptor);
    }
  }

  /** @returns `served` for what an ordinary user serves, and all beneath */
  #directory(path: ByteText): Held | 'served' | Missing {
    const known = this.#held.get(path);
    if (known !== undefined) return this.#keep(path, known);
    const folder = folderOf(path);
    const above = path === folder ? undefined : this.#directory(folder);
    return typeof above === 'string' ? above : this.#open(path, above);
  }

  /** It is asked for as a directory: only then is one mounted that waits for its first use (autofs(5)). */
  #open(path: ByteText, above: Held | undefined): Held | 'served' | Missing {
    this.#opening(path);
    const descriptor =
      above === undefined ? openSync('/', directoryFlags) : openName(above.descriptor, nameOf(path), directoryFlags);
    return typeof descriptor === 'string' ? descriptor : this.#hold(path, descriptor, above);
  }

  #hold(path: ByteText, descriptor: number, above: Held | undefined): Held | 'served' {
    try {
      const mount = this.#mountOf(descriptor);
      if (above === undefined || !this.#isServed(mount, above)) return this.#keep(path, { descriptor, mount });
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    closeSync(descriptor);
    return 'served';
  }

  /** The one that was used last goes last. */
  #keep(path: ByteText, held: Held): Held {
    this.#held.delete(path);
    this.#held.set(path, held);
    const [oldest] = this.#held.size > mostHeld ? this.#held : [];
    if (oldest !== undefined) {
      this.#held.delete(oldest[0]);
      closeSync(oldest[1].descriptor);
    }
    return held;
  }

  #isServed(mount: number | undefined, above: Held): boolean {
    return mount !== undefined && mount !== above.mount && isServedMount(mount);
  }

  /** Within another sandbox that denies this file, the kernel says nothing of other mounts either. */
  #mountOf(descriptor: number): number | undefined {
    return this.#asRoot ? mountIfKnown(descriptor) : undefined;
  }
}

function foundAs(found: Held | 'served' | Missing): Found | undefined {
  if (found === 'served') return { kind: 'served' };
  return typeof found === 'string' ? undefined : { kind: 'directory' };
}
