// Whether the processor can run guests itself (KVM), or qemu has to emulate one.
// @ts-check
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

import { machineArguments, programOf } from './machine.mjs';

/** A kernel that finds no root panics, and its machine ends: that takes a second or two where KVM works. */
const trialSeconds = 10;

/** What was found out, by architecture: it is the processor's business, and the same for all kernels. */
const known = new Map();

/**
 * KVM where it works, emulation everywhere else. A /dev/kvm proves nothing: inside some virtual machines it is there
 * and can't run an ordinary kernel, so one is tried.
 *
 * @param {'x64' | 'arm64'} arch
 * @param {string} kernel path of an image to try
 * @returns {import('./machine.mjs').Accelerator}
 */
export function acceleratorFor(arch, kernel) {
  const accelerator = known.get(arch) ?? tried(arch, kernel);
  known.set(arch, accelerator);
  return accelerator;
}

/** @type {typeof acceleratorFor} */
function tried(arch, kernel) {
  if (process.arch !== arch || !isUsable('/dev/kvm')) return 'tcg';
  const parameters = 'root=none';
  const args = machineArguments({ arch, accelerator: 'kvm', kernel, parameters, shares: [] });
  const options = {
    encoding: /** @type {const} */ ('utf8'),
    timeout: trialSeconds * 1000,
    killSignal: /** @type {const} */ ('SIGKILL'),
  };
  const { status, stdout } = spawnSync(programOf(arch), args, options);
  return status === 0 && stdout.includes('Kernel panic') ? 'kvm' : 'tcg';
}

/** @param {string} file */
function isUsable(file) {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false; // not there, or not ours to use: emulation needs neither
  }
}
