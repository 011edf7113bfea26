// Each layer alone, restricting a process that has every kind of thread, and what the main thread, the pool and a worker
// of it may do then. `node alone.mjs LAYER FOLDER [control]` prints it as JSON; the folder is one that everybody may
// write. Started as root.
// @ts-check
import fs, { readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import * as caps from '@sb/caps';
import * as landlock from '@sb/landlock';
import * as privdrop from '@sb/privdrop';
import * as seccomp from '@sb/seccomp';

const [layer = '', folder = '', leg = ''] = isMainThread ? process.argv.slice(2) : workerData;

/** @type {Readonly<Record<string, () => { readonly status: string }>>} */
const restrictions = {
  landlock: () =>
    landlock.restrictSelf(
      landlock.policy({ abi: landlock.newestAbi, paths: [landlock.rw(join(folder, 'granted'))], require: [] }),
    ),
  seccomp: () =>
    seccomp.restrictSelf(
      // An error that mkdir has no reason of its own for here; which of the two calls it is depends on the processor.
      seccomp.policy({
        base: 'deny-dangerous',
        rules: ['mkdir', 'mkdirat'].map((syscall) => ({ syscall, action: seccomp.errno('ENOSPC') })),
      }),
    ),
  caps: () => caps.restrictSelf(caps.none()),
  privdrop: () => privdrop.restrictSelf(privdrop.policy({ user: 'nobody' })),
};

/** What is tried, each in a way that leaves the thread that does it and in one that leaves it to the pool. */
const attempts = {
  write: [
    () => fs.writeFileSync(join(folder, 'file'), 'x'),
    async () => await fs.promises.writeFile(join(folder, 'file'), 'x'),
  ],
  granted: [
    () => fs.writeFileSync(join(folder, 'granted/file'), 'x'),
    async () => await fs.promises.writeFile(join(folder, 'granted/file'), 'x'),
  ],
  mkdir: [() => fs.mkdirSync(fresh()), async () => await fs.promises.mkdir(fresh())],
  chown: [
    () => fs.chownSync(join(folder, 'owned'), 1, 1),
    async () => await fs.promises.chown(join(folder, 'owned'), 1, 1),
  ],
};

let count = 0;

function fresh() {
  return join(folder, `made-${process.pid}-${isMainThread ? 'main' : 'worker'}-${count++}`);
}

/** @param {() => unknown} attempt */
async function outcome(attempt) {
  try {
    await attempt();
    return 'OK';
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code ?? String(error);
  }
}

/** One answer an attempt where the thread's and the pool's agree, as they must. */
async function answers() {
  /** @type {Record<string, string>} */
  const seen = {};
  for (const [name, ways] of Object.entries(attempts)) {
    const each = new Set();
    for (const way of ways) each.add(await outcome(way));
    seen[name] = [...each].join(' or ');
  }
  return seen;
}

async function listens() {
  const server = createServer();
  const failed = once(server, 'error').then(([error]) => error.code);
  server.listen(80, '127.0.0.1');
  const ended = await Promise.race([failed, once(server, 'listening').then(() => 'OK')]);
  server.close();
  return ended;
}

/** What the kernel says of the threads: each value that one of them has. */
function threads() {
  const texts = readdirSync('/proc/self/task').flatMap((tid) => statusOf(tid));
  const names = ['Uid', 'Gid', 'Groups', 'CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp'];
  return Object.fromEntries(
    names.map((name) => [
      name,
      [...new Set(texts.map((text) => new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(text)?.[1]))],
    ]),
  );
}

/** One text; none of a thread that has ended since it was listed. @param {string} tid */
function statusOf(tid) {
  try {
    return [readFileSync(`/proc/self/task/${tid}/status`, 'utf8')];
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? '')) return [];
    throw error;
  }
}

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { workerData: [layer, folder, leg] });
  await once(worker, 'message');
  await Promise.all(Array.from({ length: 8 }, async () => await fs.promises.readFile(process.execPath)));
  const before = threads(); // a ruleset may forbid to look afterwards
  const status = leg === 'control' ? 'control' : restrictions[layer]?.().status;
  const main = await answers();
  worker.postMessage('go', []);
  const [inWorker] = await once(worker, 'message');
  const setuid = await outcome(() => process.setuid?.(0));
  const after = layer === 'landlock' ? before : threads();
  process.stdout.write(JSON.stringify({ status, main, worker: inWorker, listen: await listens(), setuid, after }));
  process.exit(0);
} else {
  parentPort?.postMessage('ready', []);
  if (parentPort !== null) await once(parentPort, 'message');
  parentPort?.postMessage(await answers(), []);
}
