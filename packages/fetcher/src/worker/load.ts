/**
 * The first lines of a worker, which its parent gives to Node as an argument. They run the worker's program with the functions
 * of its code cache, if there is one.
 */
import { readFileSync } from 'node:fs';

import { cachedIn, runScript, scriptOf } from '@sb/cli-kit/code-cache';

import { cachedWord, workerDescriptors } from '../channel/messages.js';

const source = readFileSync(workerDescriptors.program);
// Without the word, that descriptor is not open, or is one of Node's.
const isCached = process.argv[1] === cachedWord;
const cache = isCached ? cachedIn(readFileSync(workerDescriptors.cache), source) : undefined;
runScript('/worker.cjs', scriptOf('/worker.cjs', source, cache), require);
