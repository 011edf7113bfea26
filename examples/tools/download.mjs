// Downloads a file whose sum you know: node download.mjs URL FILE SHA256 (FILE is absolute)
// What speaks with the server is another process, which can write to no file; what it brings has no name until it is right.
import { createFetcher } from '@sb/fetcher';

const [url, to, sha256] = process.argv.slice(2);
if (sha256 === undefined) throw new Error('Usage: download.mjs URL FILE SHA256');

const fetcher = createFetcher({
  ...(process.getuid?.() === 0 ? { user: 'nobody' } : {}),
  limits: { timeout: 60_000 },
});
const [outcome] = await fetcher.download([{ sources: [url], to, sha256, maxBytes: 64 * 2 ** 20 }]);
if (outcome.status === 'done') console.log(`${to}: ${outcome.size} bytes`);
else {
  console.error(outcome.error?.message ?? outcome.status);
  process.exitCode = 1;
}
