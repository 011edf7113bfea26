// `npm run release:dry`: builds, packs, holds the tarballs to what is promised of them, installs them alone, tries them, and
// prints what would be published. Publishes nothing. `-- -w @sb/privdrop` does so for a package and those that it needs;
// `-- --every-processor` builds for arm64 too, as what is published must be; `-- --reproducible` builds in two clean clones,
// and compares the bytes; `-- --keep DIRECTORY` leaves tarballs that passed all of it for tooling/release/src/publish.mjs.
// @ts-check
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { crossBuild } from '../kernel-matrix/src/foreign.mjs';
import { openFolder } from '../release/src/empty-folder.mjs';
import { keepTarballs } from '../release/src/kept.mjs';
import { copySources, packInto } from '../release/src/pack.mjs';
import { published } from '../release/src/published.mjs';
import { differences } from '../release/src/reproducible.mjs';
import { tableOf } from '../release/src/table.mjs';
import { problemOf, tryAll } from '../release/src/tries.mjs';
import { build, installNpmPackages, setUp } from './setup.mjs';
import { attempt, fail, root, say } from './shell.mjs';
import { writePart } from './totals.mjs';

const values = readOptions();
const isForBoth = values['every-processor'];
if (values.keep !== undefined && !(isForBoth && values.reproducible && isCommitted()))
  fail('--keep is for what can be published: commit everything, and add --every-processor --reproducible.');
setUp(isForBoth ? ['arm64'] : []);
installNpmPackages('tooling/release/typescript');
const packages = chosen();
build(packages.map(({ name }) => `--filter=${name}...`));
if (isForBoth) crossBuild();
const folder = openFolder('release');
try {
  /** @type {import('../release/src/tries.mjs').Result[]} */
  const results = [];
  const status = attempt(process.execPath, ['tooling/checks/structure.mjs']);
  results.push({ name: 'the sources hold to their rules', problem: status === 0 ? undefined : 'see above' });
  const parts = attempt(process.execPath, ['tooling/checks/native-parts.mjs']);
  results.push({ name: 'every addon loads wherever its Node does', problem: parts === 0 ? undefined : 'see above' });
  copySources(packages);
  const tarballs = packInto(packages, folder);
  results.push(
    ...(await tryAll(packages, tarballs, {
      folder,
      processors: isForBoth ? ['x64', 'arm64'] : [process.arch],
      isFinal: values.keep !== undefined,
    })),
  );
  if (values.reproducible) {
    say('building twice, in two clean clones');
    const problem = await problemOf(() => differences(packages, tarballs, folder).join('; ') || undefined);
    results.push({ name: 'two clean clones give the same bytes', problem });
  }
  const wrong = results.filter(({ problem }) => problem !== undefined);
  for (const { name, problem } of wrong) say(`failed: ${name}: ${problem}`);
  for (const line of tableOf(tarballs)) say(line);
  const total = { passed: results.length - wrong.length, failed: wrong.length };
  const part = values.reproducible ? 'reproducible' : 'release';
  // The sum is of whole runs.
  if (values.workspace.length === 0) writePart(part, { ...total, names: wrong.map(({ name }) => name) });
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  if (values.keep !== undefined && total.failed === 0) keepTarballs(tarballs, values.keep, git('rev-parse', 'HEAD'));
  process.exitCode = total.failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {readonly string[]} args */
function git(...args) {
  return execFileSync('git', ['-c', `safe.directory=${root}`, ...args], { cwd: root, encoding: 'utf8' }).trim();
}

function isCommitted() {
  return git('status', '--porcelain') === '';
}

function chosen() {
  try {
    return published(values.workspace);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** What the command line asks for. */
function readOptions() {
  try {
    return parseArgs({
      options: {
        workspace: { type: 'string', short: 'w', multiple: true, default: [] },
        'every-processor': { type: 'boolean', default: false },
        reproducible: { type: 'boolean', default: false },
        keep: { type: 'string' },
      },
    }).values;
  } catch (error) {
    return fail(
      `${error instanceof Error ? error.message : String(error)}\nOptions: [-w PACKAGE]… [--every-processor] [--reproducible] [--keep DIRECTORY]`,
    );
  }
}
