// `node tooling/run/sum.mjs PART…`: adds up what the commands before it ran; the last line is the true total.
// @ts-check
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './shell.mjs';
import { sumUp } from './totals.mjs';

mkdirSync(join(root, 'reports'), { recursive: true });
const { failed, lines } = sumUp(process.argv.slice(2));
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = failed === 0 ? 0 : 1;
