// The layers without a test runner: for machines that have none for their processor, and for runtimes other than Node.
// Writes what vitest's JSON reporter would, with one file a layer, to the file that SB_REPORT names. Needs root.
// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, promises, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { createSandbox, restrictSelf } from '@sb/sandbox';

/** @type {import('@sb/sandbox').SandboxOptions} */
const options = { user: 'nobody', landlock: 'read-only', seccomp: 'deny-dangerous', prefer: ['landlock'] };
const expected = process.env['SB_EXPECT_LANDLOCK'];

/** @typedef {{ status: 'passed' | 'failed', fullName: string, failureMessages: string[] }} Test */

/** @type {Map<string, Test[]>} */
const layers = new Map();

/** @type {(layer: string, name: string, seen: unknown, due: unknown) => void} */
function compare(layer, name, seen, due) {
  const [is, should] = [JSON.stringify(seen), JSON.stringify(due)];
  const test = { fullName: name, failureMessages: is === should ? [] : [`${is} instead of ${should}`] };
  layers.set(layer, [...(layers.get(layer) ?? []), { ...test, status: is === should ? 'passed' : 'failed' }]);
}

/** What the probe sees from inside a sandbox, line by line. */
async function launcherDoor() {
  const { passed, lines, report } = await createSandbox(options).selfTest();
  // What fails without the sandbox too shows nothing of the layer.
  const proving = lines.filter(({ result }) => result !== 'unproved');
  for (const { layer, attempted, seen, expected: due } of proving) compare(layer, attempted, seen, due);
  compare('sandbox', 'its self-test', passed, true);
  const landlock = report.features.filter(({ layer }) => layer === 'landlock');
  const isOn = landlock.some(({ state }) => state === 'enforced');
  if (expected !== undefined) compare('landlock', 'is there as it must be', isOn, Number(expected) > 0);
  const child = createSandbox(options).spawn('/bin/sh', ['-c', 'exit 42']);
  const [[code]] = await Promise.all([once(child, 'close'), child.enforcement]);
  compare('sandbox', 'passes an exit status on', code, 42);
  return isOn;
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

/** Another process restricts itself, every thread of it, and tries what it must not. */
async function ownDoor() {
  const report = restrictSelf(options);
  const file = join('/dev/shm', `sb-smoke-${process.pid}`);
  const answers = {
    main: await outcome(() => writeFileSync(file, 'x')),
    pool: await outcome(() => promises.writeFile(file, 'x')),
    root: await outcome(() => process.setuid?.(0)),
    unshare: spawnSync('/bin/unshare', ['-U', 'true']).status === 0 ? 'OK' : 'refused',
  };
  process.stdout.write(JSON.stringify({ status: report.status, answers }));
}

/** @param {boolean} hasLandlock */
function restrictedProcess(hasLandlock) {
  const { stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--restricted'], {
    encoding: 'utf8',
  });
  const denied = hasLandlock ? 'EACCES' : 'OK';
  const answers = { main: denied, pool: denied, root: 'EPERM', unshare: 'refused' };
  let seen;
  try {
    seen = JSON.parse(stdout).answers;
  } catch {
    seen = stderr; // the comparison fails with it
  }
  compare('sandbox', 'restrictSelf reaches the thread pool', seen, answers);
}

/** No capability, as /proc has it. */
const noCapability = '0'.repeat(16);
const allowed = { write: 'OK', granted: 'OK', mkdir: 'OK', chown: 'OK' };

/**
 * What each layer alone must deny, beside its control, to the main thread, to the pool and to a worker. It also has what the
 * layer must leave alone, and what the kernel says of every thread. Of Landlock the kernel says nothing.
 *
 * @type {(hasLandlock: boolean) => Readonly<Record<string, object>>}
 */
const dueAlone = (hasLandlock) => ({
  landlock: {
    files: hasLandlock ? { ...allowed, write: 'EACCES', mkdir: 'EACCES' } : allowed,
    others: { listen: 'OK', setuid: 'OK' },
    threads: {},
  },
  seccomp: {
    files: { ...allowed, mkdir: 'ENOSPC' },
    others: { listen: 'OK', setuid: 'OK' },
    threads: { Seccomp: ['2'], NoNewPrivs: ['1'] },
  },
  caps: {
    files: { ...allowed, chown: 'EPERM' },
    others: { listen: 'EACCES', setuid: 'OK' },
    threads: { CapEff: [noCapability], CapBnd: [noCapability], NoNewPrivs: ['1'] },
  },
  privdrop: {
    files: { ...allowed, chown: 'EPERM' },
    others: { listen: 'EACCES', setuid: 'EPERM' },
    threads: {
      Uid: [Array.from({ length: 4 }, () => '65534').join('\t')],
      Gid: [Array.from({ length: 4 }, () => '65534').join('\t')],
      Groups: [''],
      CapEff: [noCapability],
      NoNewPrivs: ['1'],
    },
  },
});

/** @type {(layer: string, due: any) => void} */
function alone(layer, { files, others, threads }) {
  const program = fileURLToPath(new URL('alone.mjs', import.meta.url));
  for (const leg of ['control', 'restricted']) {
    const folder = mkdtempSync(join(tmpdir(), 'sb-smoke-'));
    mkdirSync(join(folder, 'granted'));
    writeFileSync(join(folder, 'owned'), '');
    for (const one of [folder, join(folder, 'granted')]) chmodSync(one, 0o777);
    const { stdout, stderr } = spawnSync(process.execPath, [program, layer, folder, leg], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    const { main, worker, listen, setuid, after } = stdout === '' ? { main: stderr } : JSON.parse(stdout);
    const isControl = leg === 'control';
    const due = isControl ? allowed : files;
    compare(layer, `${leg}: files, to the main thread and the pool`, main, due);
    compare(layer, `${leg}: files, to a worker`, worker, due);
    compare(
      layer,
      `${leg}: port 80 and uid 0`,
      { listen, setuid },
      isControl ? { listen: 'OK', setuid: 'OK' } : others,
    );
    if (isControl) continue;
    for (const [name, values] of Object.entries(threads))
      compare(layer, `${name} of every thread`, after[name], values);
  }
}

/** One download over loopback. */
async function download() {
  const content = Buffer.alloc(300_000, 'content');
  const server = createServer((_request, response) => response.end(content)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = mkdtempSync(join(tmpdir(), 'sb-smoke-'));
  writeFileSync(join(folder, 'pacman.conf'), '[options]\nSandboxUser = nobody\n');
  const here = fileURLToPath(new URL('../../../apps/pacman-fetch/dist/cli.cjs', import.meta.url));
  const program = process.env['SB_PACMAN_FETCH'] ?? here;
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/x`;
  const args = [program, '--config', join(folder, 'pacman.conf'), '-o', join(folder, 'x'), url];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [[status], errors] = await Promise.all([once(child, 'close'), text(child.stderr)]);
  compare('pacman-fetch', 'a download', { status, errors }, { status: 0, errors: '' });
  const isWhole = status === 0 && readFileSync(join(folder, 'x')).equals(content);
  compare('pacman-fetch', 'is whole', isWhole, true);
  server.close();
  rmSync(folder, { recursive: true });
}

if (process.argv.includes('--restricted')) {
  await ownDoor();
} else {
  const hasLandlock = await launcherDoor();
  if (!process.argv.includes('--launcher-only')) {
    restrictedProcess(hasLandlock);
    for (const [layer, due] of Object.entries(dueAlone(hasLandlock))) alone(layer, due);
    await download();
  }
  const testResults = [...layers].map(([layer, tests]) => ({
    name: `/smoke/${layer}`,
    status: tests.some(({ status }) => status === 'failed') ? 'failed' : 'passed',
    message: '',
    assertionResults: tests,
  }));
  const report = process.env['SB_REPORT'];
  if (report !== undefined) writeFileSync(report, JSON.stringify({ testResults }));
  const tests = [...layers].flatMap(([layer, all]) => all.map((test) => ({ layer, ...test })));
  for (const { layer, status, fullName, failureMessages } of tests) {
    process.stdout.write(`${status} ${layer}: ${fullName} ${failureMessages.join(' ')}\n`);
  }
  process.exitCode = tests.every(({ status }) => status === 'passed') ? 0 : 1;
}
