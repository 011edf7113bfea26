/* A cgroup of one start, from its making to its removal, without a launcher. */
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { TestCgroup } from '../cgroups.js';

import { Cgroup, type CgroupWish } from '../../src/cgroup/cgroup.js';
import { cgroupSupport } from '../../src/cgroup/support.js';

const support = cgroupSupport();
const wish = (changes: Partial<CgroupWish> = {}): CgroupWish => {
  if (support.state !== 'available') throw new Error(support.reason);
  return { place: support.place, name: support.name, limits: {}, ends: true, stays: false, ...changes };
};

function made(changes: Partial<CgroupWish> = {}): readonly [cgroup: Cgroup, path: string] {
  const cgroup = Cgroup.make(wish(changes));
  return [cgroup, cgroup.path];
}

/** A process that waits in a cgroup. */
function waiting(path: string) {
  return spawn('/bin/sh', ['-c', `echo $$ > ${path}/cgroup.procs && exec sleep 60`], { stdio: 'ignore' });
}

describe.skipIf(missing('root', 'linux'))('a cgroup', () => {
  it('survives the start of another one while it is in use, and is gone after its end', () => {
    const [cgroup, path] = made();
    const [other] = made();
    expect(existsSync(path)).toBe(true);
    cgroup.end();
    other.end();
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    [{}, 'sb-run-'],
    [{ stays: true }, 'sb-stay-'],
    // What the program leaves behind is not ended by the next start either.
    [{ ends: false }, 'sb-stay-'],
  ])('of %j is called %s', (changes, prefix) => {
    const [cgroup, path] = made(changes);
    expect(path).toContain(`/${prefix}`);
    cgroup.end();
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    [true, 'SIGKILL'],
    [false, 'SIGTERM'],
  ] as const)('that ends with its program (%s) ends what is left in it', async (ends, signal) => {
    const [cgroup, path] = made({ ends });
    const child = waiting(path);
    await expect.poll(() => readFileSync(join(path, 'cgroup.procs'), 'utf8')).toBe(`${child.pid}\n`);
    expect(cgroup.differences(child.pid ?? 0)).toEqual([]);
    cgroup.end();
    if (!ends) child.kill('SIGTERM');
    const [, how] = await once(child, 'exit');
    expect(how).toBe(signal);
    await expect.poll(() => existsSync(path), { timeout: 10_000 }).toBe(false);
  });

  it.each([
    ['sb-run-', true],
    // A program that may outlive its starter, and something that is not of a sandbox.
    ['sb-stay-', false],
    ['sb-test-', false],
  ])('called %s whose process is gone is ended by the next start: %s', async (prefix, ends) => {
    const abandoned = new TestCgroup(`${prefix}of-${process.pid}`);
    chmodSync(abandoned.path, 0o700);
    const child = waiting(abandoned.path);
    await expect.poll(() => abandoned.read('cgroup.procs')).toBe(`${child.pid}\n`);
    made()[0].end();
    if (ends) expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
    else {
      expect(child.exitCode ?? child.signalCode).toBeNull();
      child.kill('SIGTERM');
      expect((await once(child, 'exit'))[1]).toBe('SIGTERM');
    }
    // The next start removes it, or the test does what is not of a sandbox.
    if (prefix === 'sb-test-') await abandoned[Symbol.asyncDispose]();
    else await expect.poll(() => (made()[0].end(), existsSync(abandoned.path))).toBe(false);
  });

  it('of another user is not touched under such a name', async () => {
    await using theirs = new TestCgroup(`sb-run-theirs-${process.pid}`);
    chownSync(theirs.path, 65_534, 65_534);
    const child = waiting(theirs.path);
    await expect.poll(() => theirs.read('cgroup.procs')).toBe(`${child.pid}\n`);
    made()[0].end();
    expect([child.exitCode ?? child.signalCode, existsSync(theirs.path)]).toEqual([null, true]);
    child.kill('SIGKILL');
  });

  it('sees a process that is elsewhere', () => {
    const [cgroup] = made();
    expect(cgroup.differences(process.pid)).toEqual(['cgroup']);
    cgroup.end();
  });

  it('takes cgroups within it along', () => {
    const [cgroup, path] = made();
    mkdirSync(join(path, 'a'));
    mkdirSync(join(path, 'a/b'));
    mkdirSync(join(path, 'c'));
    cgroup.end();
    expect(existsSync(path)).toBe(false);
  });

  it('leaves nothing open where the kernel refuses a limit', () => {
    const open = (): number => readdirSync('/proc/self/fd').length;
    const before = open();
    expect(() => Cgroup.make(wish({ limits: { pids: -1 } }))).toThrow(/EINVAL|ENOENT/);
    expect(open()).toBe(before);
  });
});
