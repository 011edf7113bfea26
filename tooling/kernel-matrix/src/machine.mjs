// How qemu is started for each architecture.
// @ts-check

/** Memory of a guest in MiB. */
const memory = 2048;

/**
 * Every processor that qemu emulates. An x86 one must not report to the kernel and the C library that its string instructions
 * are fast. Emulated, they go byte by byte, and took a sixth of a guest's time.
 */
const processors = {
  x64: { kvm: 'max', tcg: 'max,-erms,-fsrm' },
  arm64: { kvm: 'max,pauth-impdef=on', tcg: 'max,pauth-impdef=on' },
};

const machines = {
  x64: { program: 'qemu-system-x86_64', machine: 'q35', cpu: processors.x64, console: 'ttyS0' },
  arm64: { program: 'qemu-system-aarch64', machine: 'virt', cpu: processors.arm64, console: 'ttyAMA0' },
};

/** @typedef {'kvm' | 'tcg'} Accelerator */

/**
 * An emulated guest's clock counts its instructions (`-icount`), so that it runs out of no time limit because the machine
 * that emulates it is slow or busy.
 *
 * @type {Readonly<Record<Accelerator, readonly string[]>>}
 */
const accelerators = {
  kvm: ['-accel', 'kvm'],
  tcg: ['-accel', 'tcg,thread=single', '-icount', 'shift=1,sleep=off'],
};

/** @param {'x64' | 'arm64'} arch */
export function programOf(arch) {
  return machines[arch].program;
}

/**
 * Arguments of qemu.
 *
 * @param {object} guest
 * @param {'x64' | 'arm64'} guest.arch
 * @param {Accelerator} guest.accelerator
 * @param {string} guest.kernel path of the image
 * @param {string} [guest.initrd]
 * @param {string} guest.parameters for the kernel
 * @param {readonly { tag: string, socket: string }[]} guest.shares
 * @returns {readonly string[]}
 */
export function machineArguments({ arch, accelerator, kernel, initrd, parameters, shares }) {
  const { machine, cpu, console } = machines[arch];
  // virtiofsd works in the guest's memory, so that has to be shared.
  const backing = ['-object', `memory-backend-memfd,id=mem,size=${memory}M,share=on`];
  const folders = shares.flatMap(({ tag, socket }) => [
    ['-chardev', `socket,id=${tag},path=${socket}`],
    ['-device', `vhost-user-fs-pci,queue-size=1024,chardev=${tag},tag=${tag}`],
  ]);
  return [
    ['-M', arch === 'arm64' ? `${machine},memory-backend=mem` : machine],
    [...accelerators[accelerator], '-cpu', cpu[accelerator]],
    ['-smp', '2', '-m', `${memory}M`, ...backing, ...(arch === 'arm64' ? [] : ['-numa', 'node,memdev=mem'])],
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-serial', 'stdio', '-nic', 'none'],
    ...folders,
    ['-kernel', kernel, ...(initrd === undefined ? [] : ['-initrd', initrd])],
    ['-append', `console=${console} quiet panic=-1 mitigations=off ${parameters}`],
  ].flat();
}
