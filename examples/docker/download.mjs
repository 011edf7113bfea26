// Downloads one file by a worker that can write to none: node download.mjs URL FILE. Ends with 1 where it fails.
import { createFetcher } from '@sb/fetcher';

const [url, to] = process.argv.slice(2);
const fetcher = createFetcher();
const [outcome] = await fetcher.download([{ sources: [url], to }]);
console.log(outcome.status, outcome.error?.message ?? to, `(worker: ${fetcher.enforcement?.status})`);
process.exitCode = outcome.status === 'done' ? 0 : 1;
