import { existsSync, readFileSync } from 'node:fs';
import { machine, release } from 'node:os';
import { gunzipSync } from 'node:zlib';

/** What is known of the machine that may explain why a layer is missing. Plain data, so that any can be made up. */
export interface Machine {
  /** Release of the kernel, for instance `6.18.1-arch1-1`. */
  readonly kernel: string;
  /** The effective uid that the C library says, and the kernel's own word: fakeroot(1) changes the first. */
  readonly uid: { readonly said: number; readonly real: number };
  /** Name of the process that traces this one, as proot does. */
  readonly tracer: string | undefined;
  /** A system-call filter is over this process already, as in a container. */
  readonly isFiltered: boolean;
  /** The kernel's architecture, where this program was built for another one: it runs under qemu-user. */
  readonly emulatedOn: string | undefined;
  readonly isContainer: boolean;
  /** The security modules that are enabled, where securityfs can be read. */
  readonly securityModules: string | undefined;
  /** Whether the kernel was built with Landlock, where its configuration can be read. */
  readonly hasLandlockBuilt: boolean | undefined;
}

/** Asks the machine. What can't be read is undefined. */
export function readMachine(): Machine {
  const status = read('/proc/self/status') ?? '';
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  const said = process.geteuid?.() ?? -1;
  const kernelMachine = read('/proc/sys/kernel/arch')?.trim();
  return {
    kernel: release(),
    uid: { said, real: Number(field('Uid').split('\t')[1] ?? said) },
    tracer: nameOfTracer(Number(field('TracerPid'))),
    isFiltered: field('Seccomp') === '2',
    emulatedOn: kernelMachine === undefined || kernelMachine === machine() ? undefined : kernelMachine,
    isContainer:
      existsSync('/.dockerenv') || existsSync('/run/.containerenv') || process.env['container'] !== undefined,
    securityModules: read('/sys/kernel/security/lsm')?.trim(),
    hasLandlockBuilt: builtWithLandlock(),
  };
}

function nameOfTracer(pid: number): string | undefined {
  return pid > 0 ? (read(`/proc/${pid}/comm`)?.trim() ?? `process ${pid}`) : undefined;
}

function builtWithLandlock(): boolean | undefined {
  const text = read(`/boot/config-${release()}`) ?? configOfKernel();
  return text === undefined ? undefined : /^CONFIG_SECURITY_LANDLOCK=y$/m.test(text);
}

/** The running kernel's own configuration (CONFIG_IKCONFIG_PROC), which Arch's kernels have. */
function configOfKernel(): string | undefined {
  try {
    return gunzipSync(readFileSync('/proc/config.gz')).toString('latin1');
  } catch {
    return undefined;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // What can't be read explains nothing.
    return undefined;
  }
}
