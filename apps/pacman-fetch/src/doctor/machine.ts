import { machine, release } from 'node:os';
import { gunzipSync } from 'node:zlib';

import { readKernelBytes, readKernelFile } from '@sb/core';
import { isThere, readTrustedFile } from '@sb/files';

/** Facts of the machine that may explain why a layer is missing. Plain data, so that tests can make up any machine. */
export interface Machine {
  /** Release of the kernel, for instance `6.18.1-arch1-1`. */
  readonly kernel: string;
  /** The effective uid by the C library, and by the kernel: fakeroot(1) changes only the first. */
  readonly uid: { readonly said: number; readonly real: number };
  /** Name of the process that traces this one, as proot does. */
  readonly tracer: string | undefined;
  /** Whether a system-call filter applies to this process already, as in a container. */
  readonly isFiltered: boolean;
  /** The kernel's architecture, if this program was built for another one: it then runs under qemu-user. */
  readonly emulatedOn: string | undefined;
  readonly isContainer: boolean;
  /** The enabled security modules, if securityfs can be read. */
  readonly securityModules: string | undefined;
  /** Whether the kernel was built with Landlock, if its configuration can be read. */
  readonly hasLandlockBuilt: boolean | undefined;
}

/** Examines the machine. What cannot be read is undefined. */
export function readMachine(): Machine {
  const status = orNothing(() => readKernelFile('/proc/self/status')) ?? '';
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  const said = process.geteuid?.() ?? -1;
  const kernelMachine = orNothing(() => readKernelFile('/proc/sys/kernel/arch'))?.trim();
  return {
    kernel: release(),
    uid: { said, real: Number(field('Uid').split('\t')[1] ?? said) },
    tracer: nameOfTracer(Number(field('TracerPid'))),
    isFiltered: field('Seccomp') === '2',
    emulatedOn: kernelMachine === undefined || kernelMachine === machine() ? undefined : kernelMachine,
    isContainer: isThere('/.dockerenv') || isThere('/run/.containerenv') || process.env['container'] !== undefined,
    securityModules: orNothing(() => readKernelFile('/sys/kernel/security/lsm'))?.trim(),
    hasLandlockBuilt: builtWithLandlock(),
  };
}

function nameOfTracer(pid: number): string | undefined {
  return pid > 0 ? (orNothing(() => readKernelFile(`/proc/${pid}/comm`))?.trim() ?? `process ${pid}`) : undefined;
}

/** The most bytes of a kernel's configuration; one has 300 KB. */
const maxConfig = 4 * 1024 * 1024;

function builtWithLandlock(): boolean | undefined {
  const text =
    orNothing(() => readTrustedFile(`/boot/config-${release()}`, maxConfig).toString('latin1')) ??
    // The configuration of the running kernel (CONFIG_IKCONFIG_PROC), which Arch's kernels have.
    orNothing(() => gunzipSync(readKernelBytes('/proc/config.gz')).toString('latin1'));
  return text === undefined ? undefined : /^CONFIG_SECURITY_LANDLOCK=y$/m.test(text);
}

/** What cannot be read explains nothing. */
function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
