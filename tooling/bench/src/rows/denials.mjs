// Target 10: what a supervisor of denials adds to each call that names a file.
// @ts-check
import { fileURLToPath } from 'node:url';

/** @typedef {import('../row.mjs').Row} Row */

const sbRun = fileURLToPath(new URL('../../../../packages/sandbox/dist/sb-run.cjs', import.meta.url));

const opens = 100_000;
/** Microseconds that one open may take longer, when the supervisor reads its name and the kernel goes on. */
const longer = 12;

const loop = `i=0; while [ $i -lt ${opens} ]; do i=$((i+1)); : </etc/passwd; done`;

/** @returns {Row} */
export function denials() {
  return {
    target: '10',
    work: `${opens} allowed opens; at most ${longer} µs longer each under --denials`,
    ways: [
      { name: 'sb-run --denials', command: [process.execPath, sbRun, '--denials', '-c', loop] },
      { name: 'sb-run', command: [process.execPath, sbRun, '-c', loop] },
    ],
    limits: [{ of: 'sb-run', atMost: (opens * longer) / 1000, unit: 'ms' }],
  };
}
