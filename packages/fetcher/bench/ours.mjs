// Downloads what a list names with this package, its worker under every layer.
// @ts-check
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { createFetcher } from '@sb/fetcher';

const { urls, folder, parallel } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const fetcher = createFetcher({ user: 'nobody', parallel });
const requests = urls.map((/** @type {string} */ url) => ({ sources: [url], to: join(folder, basename(url)) }));
for (const outcome of await fetcher.download(requests)) if (outcome.status === 'failed') throw outcome.error;
