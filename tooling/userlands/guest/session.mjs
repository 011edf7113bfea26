// What is run in a user land, phase by phase: `session.mjs install`, then those below, each of which leaves its results.
// @ts-check
import { join } from 'node:path';

import { Checks } from './checks.mjs';
import { installPacked } from './install.mjs';

const [phase = ''] = process.argv.slice(2);
const folder = '/sb/install';
const isNode = process.versions['bun'] === undefined && process.versions['deno'] === undefined;

/** The tests of each phase, by the file that has them. @type {Readonly<Record<string, readonly string[]>>} */
const phases = {
  root: isNode ? ['packages', 'enforcement', 'readme', 'examples'] : ['packages', 'enforcement'],
  user: isNode ? ['packages', 'enforcement', 'readme', 'examples'] : ['packages', 'enforcement'],
  container: ['container'],
  tools: ['bundlers', 'executable', 'managers'],
};

if (phase === 'install') {
  installPacked(folder);
} else {
  const checks = new Checks();
  for (const name of phases[phase] ?? []) {
    // Loaded from where the packages are, so that they are found.
    const { checks: run } = await import(join(folder, `${name}.mjs`));
    await run(checks, isNode);
  }
  checks.write(`/sb/results/${phase}.json`);
}
