#!/usr/bin/env node
/* The programs themselves are beside this file: only what is compiled separately can have a code cache. */
import { join } from 'node:path';

import { runCached } from '@sb/cli-kit/code-cache';

import { isOfBatch } from './commands/of-batch.js';

runCached(join(import.meta.dirname, isOfBatch(process.argv[2]) ? 'batch-main.cjs' : 'cli-main.cjs'), require);
