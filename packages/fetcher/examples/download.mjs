// Downloads one file: node download.mjs URL FILE (an absolute path). As root, the worker becomes nobody.
import { createFetcher } from '@sb/fetcher';

const [url, to] = process.argv.slice(2);
const fetcher = createFetcher(process.getuid?.() === 0 ? { user: 'nobody' } : {});
const [outcome] = await fetcher.download([{ sources: [url], to }]);
console.log(outcome.status, outcome.error?.message ?? '', `(worker: ${fetcher.enforcement?.status})`);
