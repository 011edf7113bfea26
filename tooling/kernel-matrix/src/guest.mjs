// One guest from its start to its end, whatever that is.
// @ts-check
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startChild } from './children.mjs';
import { makeInitrd } from './initrd.mjs';
import { guestFolders, initScript, logName, marks } from './init-script.mjs';
import { machineArguments, programOf } from './machine.mjs';
import { copyModules } from './on-demand.mjs';
import { share } from './share.mjs';

/** How long a kernel may take to its first process, in seconds; emulated it takes five, and minutes on a busy machine. */
const startSeconds = 600;

/**
 * @typedef {object} GuestResult
 * @property {string | undefined} failure why it did not end by itself; undefined if it did
 * @property {string} serial what it wrote to its console
 * @property {string} log what the command wrote
 * @property {ReadonlyMap<string, string>} files what the command left beside its log, by name
 * @property {number} seconds
 */

/**
 * Boots a kernel, runs a command in it, and waits for its end.
 *
 * @param {object} job
 * @param {import('./kernels.mjs').Kernel} job.kernel
 * @param {import('./image.mjs').Image} job.image
 * @param {import('./machine.mjs').Accelerator} job.accelerator
 * @param {string} [job.root] the directory that is its root file system; default: the host's
 * @param {{ folder: string, at: string }} [job.share] a directory of the host, and where it is mounted there, read-only
 * @param {string} job.folder where the command runs
 * @param {readonly string[]} job.command
 * @param {Readonly<Record<string, string>>} job.env
 * @param {number} job.minutes after which it is ended
 * @returns {Promise<GuestResult>}
 */
export async function runGuest(job) {
  const { kernel, image } = job;
  const folder = mkdtempSync(join(tmpdir(), 'sb-guest-'));
  const { root = '/' } = job;
  const init = root === '/' ? join(folder, 'init') : '/init';
  const results = join(folder, 'results');
  mkdirSync(results);
  // An ordinary user of the guest leaves results as well.
  chmodSync(results, 0o1777);
  // Another root file system has no directory of the host.
  const modules = root === '/' && image.hasModules ? copyModules(image.modules, folder) : [];
  writeFileSync(join(root, init), initScript({ ...job, modules }));
  for (const path of [folder, join(root, init)]) chmodSync(path, 0o755);
  /** @type {{ end: () => void }[]} */
  const shares = [];
  try {
    const offers = [
      { tag: 'rootfs', socket: join(folder, 'root.socket'), folder: root, readOnly: true },
      { tag: 'results', socket: join(folder, 'results.socket'), folder: results, readOnly: false },
    ];
    if (job.share !== undefined) {
      const shared = join(folder, 'share.socket');
      offers.push({ tag: 'share', socket: shared, folder: job.share.folder, readOnly: true });
    }
    for (const offer of offers) shares.push(await share(offer));
    const parameters = `rootfstype=virtiofs root=rootfs ro init=${init}`;
    const initrd = kernel.initrd ? { initrd: makeInitrd(folder, { modules: image.modules, init, busybox }) } : {};
    const args = machineArguments({
      arch: kernel.arch,
      accelerator: job.accelerator,
      kernel: image.file,
      shares: offers,
      ...initrd,
      parameters: [parameters, kernel.parameters ?? ''].join(' '),
    });
    const started = performance.now();
    const { serial, failure } = await run(programOf(kernel.arch), args, job.minutes);
    const seconds = Math.round((performance.now() - started) / 1000);
    const { [logName]: log = '', ...left } = filesIn(results);
    return { failure, serial, seconds, log, files: new Map(Object.entries(left)) };
  } finally {
    for (const one of shares) one.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where Debian's busybox-static has it. */
const busybox = '/bin/busybox';

/** The name of a command's report among the files that it leaves, and where it leaves it. */
export const reportName = 'report.json';
export const reportFile = `${guestFolders.results}/${reportName}`;

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {number} minutes
 * @returns {Promise<{ serial: string, failure: string | undefined }>}
 */
function run(program, args, minutes) {
  const child = startChild(program, args);
  let [serial, errors] = ['', ''];
  /** @type {string | undefined} */
  let reason;
  /** @param {string} why */
  const end = (why) => {
    reason ??= why;
    child.kill('SIGKILL');
  };
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => (serial += text));
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (errors += text));
  const timers = [
    setTimeout(
      () => serial.includes(marks.started) || end(`no first process after ${startSeconds} s`),
      startSeconds * 1000,
    ),
    setTimeout(() => end(`not done after ${minutes} minutes`), minutes * 60_000),
  ];
  return new Promise((resolve) => {
    child.on('error', (error) => end(error.message));
    child.on('close', (status) => {
      for (const timer of timers) clearTimeout(timer);
      if (status !== 0) reason ??= `qemu ended with ${status}: ${errors.trim()}`;
      if (!serial.includes(marks.ended)) reason ??= 'the kernel ended before its tests did';
      resolve({ serial, failure: reason });
    });
  });
}

/** @type {(folder: string) => Readonly<Record<string, string>>} */
function filesIn(folder) {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
