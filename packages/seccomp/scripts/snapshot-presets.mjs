// Writes down what each preset lets through, call by call, without its own words for it: what a later version of a preset
// is compared with. Run it when a change of a preset is meant, and read what the test printed before.
// @ts-check
import { writeFileSync } from 'node:fs';

import { intersect } from '../dist/analysis.js';

for (const base of /** @type {const} */ (['deny-dangerous', 'network-client', 'network-client-running'])) {
  const { layer: _, ...said } = intersect({ base }, { base });
  writeFileSync(new URL(`../test/data/presets/${base}.json`, import.meta.url), `${JSON.stringify(said, null, 1)}\n`);
}
