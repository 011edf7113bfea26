/* Calls by the tables of other architectures, which a filter for this one doesn't know. */
import { writeFileSync } from 'node:fs';

import { errno } from '@sb/seccomp';
import { missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { nobody } from '../attack/place.js';
import { attackers, describeAttacks, inside, startAs, works } from '../attack/suite.js';

const getpid32 = 20;
const getpid = 39;
const x32 = 0x4000_0000;

/** A program of i386: makes the folder "made", then ends with 7. */
const program = `
char name[] = "made";
void _start(void)
{
	int result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(39), "b"(name), "c"(0777) : "memory");
	__asm__ volatile("int $0x80" : : "a"(1), "b"(7));
	__builtin_unreachable();
}
`;

describe.skipIf(missing('linux', 'root', 'x64', 'libcap'))('calls of other architectures', () => {
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = temporaryFolder(0o777);
    writeFileSync(folder.file('i386.c'), program);
    const flags = ['-m32', '-nostdlib', '-static', '-fno-pie', '-no-pie', '-fno-stack-protector', '-O1'];
    const { status, stderr } = await runProgram('gcc', [...flags, '-o', folder.file('i386'), folder.file('i386.c')]);
    if (status !== 0) throw new Error(stderr);
  });
  afterAll(() => folder[Symbol.dispose]());

  describeAttacks('by int $0x80', {
    attacks: () => [works(['int80', getpid32], 'SIGSYS')],
    twins: () => [['syscall', getpid]],
  });

  it.each(attackers)('kills-a-program-of-i386-that-%s-starts', async (who) => {
    const ordinary = who === 'root' ? {} : nobody;
    const outside = await runProgram(folder.file('i386'), [], { cwd: folder.path, ...ordinary });
    expect(outside).toMatchObject({ status: 7 });
    const request = { policy: { cwd: folder.path }, program: folder.file('i386') };
    expect(await startAs(who, request)).toMatchObject({ signal: 'SIGSYS', status: null });
    const open = { policy: { cwd: folder.path, seccomp: 'off' }, program: folder.file('i386') } as const;
    expect(await startAs(who, open)).toMatchObject({ status: 7 });
  });

  it('answers-x32-as-not-implemented, and is the one that answers', async () => {
    const attempts = [
      ['syscall', x32 + getpid],
      ['syscall', x32 + 101], // ptrace
      ['syscall', x32 + 521], // ptrace of x32 alone
      ['syscall', getpid],
    ] as const;
    expect(await inside('switched', attempts)).toEqual(['ENOSYS', 'ENOSYS', 'ENOSYS', 'OK']);
    // A kernel without x32 says the same, so the filter says something else here.
    const marked = { seccomp: { base: 'deny-dangerous', x32: errno('ENOTNAM') } } as const;
    expect(await inside('switched', attempts, marked)).toEqual(['ENOTNAM', 'ENOTNAM', 'ENOTNAM', 'OK']);
  });
});
