/* Cgroups of tests, below the one of this process. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { cgroupSupport } from '../src/cgroup/support.js';

/** Where cgroup v2 is mounted. */
export function cgroupRoot(): string {
  const mount = /^\S+ \S+ \S+ \/ (\S+) .* - cgroup2 /m.exec(readFileSync('/proc/self/mountinfo', 'utf8'));
  if (mount?.[1] === undefined) throw new Error('cgroup v2 is not mounted');
  return mount[1];
}

/** The place in which a start of this process gets a cgroup. */
export function placeHere(): string {
  const support = cgroupSupport();
  if (support.state === 'available') return support.place;
  throw new Error(support.reason);
}

/** A cgroup that a test makes. */
export class TestCgroup implements AsyncDisposable {
  readonly path: string;

  constructor(name: string, above = cgroupRoot()) {
    this.path = join(above, name);
    mkdirSync(this.path);
  }

  /** Writes to one of its files. */
  write(file: string, value: string): void {
    writeFileSync(join(this.path, file), value);
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Not before Linux 5.14.
    if (existsSync(join(this.path, 'cgroup.kill'))) this.write('cgroup.kill', '1');
    await removed(this.path);
  }
}

/** Waits until a cgroup and those in it have no process left, and removes them. */
async function removed(path: string): Promise<void> {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await removed(join(path, entry.name));
  }
  for (const end = Date.now() + 10_000; ; await wait(20)) {
    try {
      rmdirSync(path);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

/** The cgroups that sandboxes have made in a place. */
export function madeIn(place: string): readonly string[] {
  return readdirSync(place).filter((name) => /^sb-(?:run|stay)-/.test(name));
}
