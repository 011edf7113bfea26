// Gives up everything but reading, then shows that nothing else is left in any thread: node read-only.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as landlock from '@sb/landlock';

const policy = landlock.policy({
  abi: 4,
  paths: [landlock.rx('/')],
  net: { connectTcp: [], bindTcp: [] },
  require: ['fs.write_file', 'fs.make_reg'],
});
const { status, threads, proofs, features } = landlock.restrictSelf(policy);
console.log(`${status}: ${threads} threads, each of which was denied: ${proofs.join('; ')}`);
for (const { feature, reason } of features.filter(({ state }) => state === 'unsupported')) {
  console.log(`not enforced: ${feature}, ${reason}`);
}
console.log(`reading works: ${readFileSync('/proc/self/comm', 'utf8').trim()}`);
const file = join(tmpdir(), 'landlock-example');
try {
  writeFileSync(file, 'x');
} catch (error) {
  console.log(`writing in the main thread: ${error.code}`);
}
try {
  await writeFile(file, 'x');
} catch (error) {
  console.log(`writing in the thread pool: ${error.code}`);
}
