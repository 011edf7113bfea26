// Downloads as many files as it is asked for, in one batch. Arguments: the server, the folder, how many.
// @ts-check
import { join } from 'node:path';

import { createFetcher } from '@sb/fetcher';

const [server = '', folder = '', count = '0'] = process.argv.slice(2);
const fetcher = createFetcher({ user: 'nobody', parallel: 16 });
const requests = Array.from({ length: Number(count) }, (_, number) => ({
  sources: [`${server}/small`],
  to: join(folder, `file-${number}`),
}));
for (const outcome of await fetcher.download(requests)) if (outcome.status === 'failed') throw outcome.error;
