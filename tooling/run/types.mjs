// `node ../../tooling/run/types.mjs` in a package checks the types of its sources, tests and tools, by a compiler that is ten
// times as fast as the one that builds. What is published is compiled by that one as well, for its declarations.
// @ts-check
import { join } from 'node:path';

import { attempt, root } from './shell.mjs';

const tsc = join(root, 'tooling/release/typescript/node_modules/typescript/bin/tsc');
process.exit(attempt(process.execPath, [tsc, '-p', '.'], { cwd: process.cwd() }));
