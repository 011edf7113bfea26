// What is run in a user land, phase by phase: `session.mjs install`, then `root` and `user`, each of which leaves its results.
// @ts-check
import { join } from 'node:path';

import { Checks } from './checks.mjs';
import { installPacked } from './install.mjs';

const [phase = ''] = process.argv.slice(2);
const folder = '/sb/install';
const isNode = process.versions['bun'] === undefined && process.versions['deno'] === undefined;

if (phase === 'install') {
  installPacked(folder);
} else {
  const checks = new Checks();
  // Loaded from where the packages are, so that they are found.
  /** @type {(name: string) => Promise<any>} */
  const load = async (name) => await import(join(folder, `${name}.mjs`));
  const { packageChecks } = await load('packages');
  await packageChecks(checks, isNode);
  const { enforcementChecks } = await load('enforcement');
  await enforcementChecks(checks, isNode);
  if (isNode) {
    const { readmeChecks } = await load('readme');
    await readmeChecks(checks);
    const { exampleChecks } = await load('examples');
    await exampleChecks(checks);
  }
  checks.write(`/sb/results/${phase}.json`);
}
