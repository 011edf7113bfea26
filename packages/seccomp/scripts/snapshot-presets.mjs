// Records what each preset lets through, call by call. A test compares later versions of a preset
// with it. Run it after an intended change of a preset, and read the output of the test before.
// @ts-check
import { writeFileSync } from 'node:fs';

import { intersect } from '../dist/analysis.js';

for (const base of /** @type {const} */ (['deny-dangerous', 'network-client', 'network-client-running'])) {
  const { layer: _, ...said } = intersect({ base }, { base });
  writeFileSync(new URL(`../test/data/presets/${base}.json`, import.meta.url), `${JSON.stringify(said, null, 1)}\n`);
}
