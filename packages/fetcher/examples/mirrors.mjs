// Downloads files from the first of some mirrors that has them right, and shows how far it is. Ctrl-C leaves what came,
// and the next call goes on with it: node mirrors.mjs FOLDER MIRROR[,MIRROR...] NAME[=SHA256]...
import { resolve } from 'node:path';

import { createFetcher } from '@sb/fetcher';

const [folder, mirrors, ...files] = process.argv.slice(2);
const requests = files.map((file) => {
  const [name, sha256] = file.split('=');
  const sources = mirrors.split(',').map((mirror) => `${mirror}/${name}`);
  return { sources, to: resolve(folder, name), sha256 };
});

const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => controller.abort());

const fetcher = createFetcher(process.getuid?.() === 0 ? { user: 'nobody' } : {});
const outcomes = await fetcher.download(requests, {
  signal: controller.signal,
  onProgress: ({ overall: { ended, files: all, received, total, rate } }) => {
    const megabytes = [received, total, rate].map((bytes) => (bytes === undefined ? '?' : (bytes / 1e6).toFixed(1)));
    console.log(`${ended} of ${all} files, ${megabytes[0]} of ${megabytes[1]} MB, ${megabytes[2]} MB/s`);
  },
});

for (const { to, failures, ...outcome } of outcomes) {
  for (const { host, message } of failures) console.log(`${to}: ${host}: ${message}`);
  console.log(`${to}: ${outcome.status === 'done' ? `from ${outcome.source}` : outcome.status}`);
}
process.exitCode = outcomes.every(({ status }) => status === 'done') ? 0 : 1;
