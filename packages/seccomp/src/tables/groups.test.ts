import { describe, expect, it } from 'vitest';

import { expandGroup, groupAbout, groupNames } from './groups.js';
import { isSyscall, syscallNumber } from './syscalls.js';

const words = (text: string) => text.split(/\s+/).filter(Boolean);

/** The deny list of the patch of 2021 and what pacman 7.1 adds, written down here once more. */
const patch2021 = words(`
  delete_module finit_module init_module chroot fsconfig fsmount fsopen fspick mount move_mount open_tree pivot_root
  umount umount2 add_key keyctl request_key modify_ldt subpage_prot switch_endian vm86 vm86old kcmp lookup_dcookie
  perf_event_open ptrace rtas sys_debug_setcontext adjtimex clock_adjtime clock_adjtime64 clock_settime
  clock_settime64 settimeofday ioperm iopl pciconfig_iobase pciconfig_read pciconfig_write kexec_file_load kexec_load
  reboot acct bpf personality _sysctl afs_syscall bdflush break create_module ftime get_kernel_syms getpmsg gtty idle
  lock mpx prof profil putpmsg query_module security sgetmask ssetmask stime stty sysfs tuxcall ulimit uselib ustat
  vserver swapon swapoff`);
const pacman71 = words('capset fanotify_init fanotify_mark mount_setattr nfsservctl open_by_handle_at pidfd_getfd');

describe('groups', () => {
  it.each(groupNames)('%s has a purpose, known calls only, and a source for each of them', (name) => {
    expect(groupAbout(name)).not.toBe('');
    const calls = [...expandGroup(name)];
    expect(calls.length).toBeGreaterThan(0);
    for (const [call, { source, provenance }] of calls) {
      expect([call, isSyscall(call)]).toEqual([call, true]);
      expect([source, provenance]).not.toContain('');
    }
  });

  it('have the names of systemd, and two more', () => {
    const systemd = words(`@aio @basic-io @chown @clock @cpu-emulation @debug @default @file-system @io-event @ipc
      @keyring @memlock @module @mount @network-io @obsolete @pkey @privileged @process @raw-io @reboot @resources
      @sandbox @setuid @signal @swap @sync @system-service @timer`);
    expect(groupNames).toEqual(expect.arrayContaining([...systemd, '@io-uring', '@namespaces']));
  });

  it('deny-dangerous has every call of the patch of 2021 and of pacman 7.1', () => {
    const denied = [...expandGroup('@deny-dangerous').keys()];
    expect(denied).toEqual(expect.arrayContaining([...patch2021, ...pacman71]));
    expect(denied).toEqual(expect.arrayContaining(words('io_uring_setup unshare setns userfaultfd process_vm_readv')));
  });

  it('network-client has none of the calls that deny-dangerous denies', () => {
    const denied = expandGroup('@deny-dangerous');
    expect([...expandGroup('@network-client').keys()].filter((call) => denied.has(call))).toEqual([]);
  });

  it('return a copy, which callers cannot change for others', () => {
    const mine = expandGroup('@mount') as Map<string, unknown>;
    mine.clear();
    expect(expandGroup('@mount').has('mount')).toBe(true);
    expect([...expandGroup('@mount').values()].every(Object.isFrozen)).toBe(true);
  });

  it('refuses unknown groups', () => {
    expect(() => expandGroup('@nothing')).toThrow(expect.objectContaining({ code: 'unknown-group' }));
  });
});

describe('call numbers', () => {
  // From the manual pages and headers that everyone knows, not from the generated table.
  it.each([
    ['x86_64', 'read', 0],
    ['x86_64', 'execve', 59],
    ['x86_64', 'io_uring_setup', 425],
    ['i386', 'exit', 1],
    ['i386', 'socketcall', 102],
    ['aarch64', 'openat', 56],
    ['aarch64', 'open', undefined],
    ['riscv64', 'openat', 56],
    ['riscv64', 'riscv_flush_icache', 259],
    ['x86_64', 'landlock_restrict_self', 446],
    ['riscv64', 'landlock_restrict_self', 446],
  ] as const)('%s: %s is %s', (architecture, name, number) => {
    expect(syscallNumber(name, architecture)).toBe(number);
  });
});
