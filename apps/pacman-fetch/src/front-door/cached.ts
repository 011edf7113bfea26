/* The program itself is beside this file: only what is compiled separately can have a code cache. */
import { join } from 'node:path';

import { runCached } from '@sb/cli-kit/code-cache';

runCached(join(import.meta.dirname, 'serve-main.cjs'), require);
