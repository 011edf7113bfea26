// `npm run test:pacman`: each test of pacman's own suite, by pacman itself and by `pacman-fetch pacman --` in its place, which
// must pass what pacman passes. As root. Arguments: names of tests. Default: all.
// @ts-check
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { root } from '../shell.mjs';
import { suiteFolder } from './source.mjs';

/** What we don't pass on purpose, and why. @type {Readonly<Record<string, string>>} */
const known = {
  'upgrade-download-pkg-and-sig-with-filename':
    'its signatures are words, and what does not begin as a signature gets no name',
};

/** Tests wait for each other's sleeps more than for a processor. */
const atOnce = 2 * availableParallelism();

const work = mkdtempSync(join(tmpdir(), 'sb-pacman-suite-'));
chmodSync(work, 0o755);
try {
  process.exitCode = await main(suiteFolder(), process.argv.slice(2));
} finally {
  rmSync(work, { recursive: true, force: true });
}

/**
 * @param {string} suite
 * @param {readonly string[]} chosen
 */
async function main(suite, chosen) {
  const all = readdirSync(join(suite, 'tests')).filter((name) => name.endsWith('.py'));
  const tests = chosen.length > 0 ? chosen : all.map((name) => name.slice(0, -3)).toSorted();
  const wrapper = installWrapper();
  const results = new Map();
  const left = [...tests];
  const worker = async () => {
    for (let test = left.shift(); test !== undefined; test = left.shift()) {
      results.set(test, {
        theirs: await passes(suite, '/usr/bin/pacman', test),
        ours: await passes(suite, wrapper, test),
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return report(tests, results);
}

/** What stands in pacman's place: it says who downloads, as the package's configuration does, and starts the program. */
function installWrapper() {
  const program = join(work, 'pacman-fetch');
  execFileSync(process.execPath, [join(root, 'apps/pacman-fetch/packaging/installed.mjs'), program]);
  const wrapper = join(work, 'pacman');
  const lines = [
    '#!/bin/bash',
    'for word in "$@"; do [ "$last" = --config ] && dir="${word%/*}/pacman.d"; last="$word"; done',
    'mkdir -p "$dir" && printf "[options]\\nSandboxUser = nobody\\n" >"$dir/pacman-fetch.conf"',
    `exec '${process.execPath}' '${program}/dist/cli.cjs' pacman -- "$@"`,
  ];
  writeFileSync(wrapper, `${lines.join('\n')}\n`, { mode: 0o755 });
  return wrapper;
}

/**
 * @param {string} suite
 * @param {string} program
 * @param {string} test
 * @returns {Promise<boolean>}
 */
async function passes(suite, program, test) {
  const enter = join(import.meta.dirname, 'enter.sh');
  const args = [
    '--net',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    'sh',
    enter,
    suite,
    program,
    test,
  ];
  const child = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000, killSignal: 'SIGKILL' });
  // What it expects to fail is "not ok" as well, in both.
  const [said] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return /^ok /m.test(said);
}

/**
 * @param {readonly string[]} tests
 * @param {ReadonlyMap<string, { theirs: boolean, ours: boolean }>} results
 */
function report(tests, results) {
  const passed = tests.filter((test) => results.get(test)?.theirs === true);
  const lost = passed.filter((test) => results.get(test)?.ours !== true);
  const unexpected = lost.filter((test) => known[test] === undefined);
  const stale = Object.keys(known).filter((test) => passed.includes(test) && !lost.includes(test));
  const print = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`);
  print(
    `pacman passes ${passed.length} of ${tests.length} tests; pacman-fetch ${passed.length - lost.length} of those`,
  );
  for (const test of lost) print(`  ${test}: ${known[test] ?? 'FAILED'}`);
  for (const test of stale) print(`  ${test}: passes; remove it from the exceptions`);
  const failed = unexpected.length + stale.length;
  print(`${passed.length - lost.length} passed, ${failed} failed`);
  return failed === 0 && passed.length > 0 ? 0 : 1;
}
