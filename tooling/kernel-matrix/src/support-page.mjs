// docs/support.md: what the last full run showed.
// @ts-check
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { keptRows, root } from './record.mjs';
import { tableOf } from './table.mjs';

/** What has been looked at by hand, and no command repeats. */
const elsewhere = `
## Elsewhere

- **macOS**: \`@sb/privdrop\`'s addon compiles and links for aarch64 and x86_64 with zig 0.14. It has not been run there.
- **Bun 1.4**: \`createSandbox\`'s \`spawn\` and \`command\` work; the self-test does not. **Deno 2.9**: all three work.
`;

const introduction = `# What was tested where

Written by \`npm run test:kernels\`, which boots each of these kernels in qemu, on the files of the machine it runs on, and
runs the tests that ask the kernel inside. Don't edit it by hand.

- **enforced**: what this kernel has is enforced, and an attempt from inside found nothing that the report calls enforced
  and the kernel allows, or the other way round. In brackets: tests that passed, and tests of what this kernel lacks.
- **reported missing**: the kernel has no Landlock. \`support()\` says why, \`require\` refuses before anything runs, and
  \`prefer\` goes on with the other layers and says what is missing.
- Below ABI 11 what a newer ABI brought is reported \`unsupported\`, feature by feature, and shown not to be in force.
`;

/**
 * Writes the page, if every kernel has been tested with every layer.
 *
 * @param {readonly string[]} layers
 * @returns {string | undefined} the file
 */
export function writeSupportPage(layers) {
  const rows = keptRows();
  if (rows === undefined) return undefined;
  const dates = [...new Set(rows.map(({ date }) => date))].sort();
  const when = dates.length === 1 ? `on ${dates[0]}` : `from ${dates[0]} to ${dates.at(-1)}`;
  const how = [...new Set(rows.map(({ accelerator }) => (accelerator === 'kvm' ? 'virtualised' : 'emulated')))];
  const text = `${introduction}\nRun ${when}, ${how.join(' and ')}.\n\n${tableOf(rows, layers)}\n${elsewhere}`;
  const file = join(root, 'docs/support.md');
  writeFileSync(file, text);
  return file;
}
