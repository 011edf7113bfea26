// `npm run release:dry`: builds, packs, holds the tarballs to what is promised of them, installs them alone, tries them, and
// prints what would be published. Publishes nothing. `-- -w @sb/privdrop` does so for a package and those that it needs;
// `-- --reproducible` builds in two clean clones, and compares the bytes.
// @ts-check
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { openFolder } from '../release/src/empty-folder.mjs';
import { packInto } from '../release/src/pack.mjs';
import { published } from '../release/src/published.mjs';
import { differences } from '../release/src/reproducible.mjs';
import { tableOf } from '../release/src/table.mjs';
import { problemOf, tryAll } from '../release/src/tries.mjs';
import { build, installNpmPackages, setUp } from './setup.mjs';
import { attempt, fail, say } from './shell.mjs';
import { writePart } from './totals.mjs';

const { values } = parseArgs({
  options: {
    workspace: { type: 'string', short: 'w', multiple: true, default: [] },
    reproducible: { type: 'boolean', default: false },
  },
});
setUp([]);
installNpmPackages('tooling/release/typescript');
const packages = chosen();
build(packages.map(({ name }) => `--filter=${name}...`));
const folder = openFolder('release');
try {
  /** @type {import('../release/src/tries.mjs').Result[]} */
  const results = [];
  const status = attempt(process.execPath, ['tooling/checks/structure.mjs']);
  results.push({ name: 'the sources hold to their rules', problem: status === 0 ? undefined : 'see above' });
  const tarballs = packInto(packages, folder);
  results.push(...(await tryAll(packages, tarballs, folder)));
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
  process.exitCode = total.failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function chosen() {
  try {
    return published(values.workspace);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}
