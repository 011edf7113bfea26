// Target 10: what a supervisor of denials adds to each call that names a file, and to each message on a unix socket.
// @ts-check
import { fileURLToPath } from 'node:url';

/** @typedef {import('../row.mjs').Row} Row */

const sbRun = fileURLToPath(new URL('../../../../packages/sandbox/dist/sb-run.cjs', import.meta.url));

const opens = 100_000;
/** Microseconds that one call may take longer, when the supervisor reads what it names and the kernel goes on. */
const longer = 12;

const loop = `i=0; while [ $i -lt ${opens} ]; do i=$((i+1)); : </etc/passwd; done`;

/** Between two ends of a pair, which have no name that a rule could be about. */
const messages = `
import socket
one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
for _ in range(${opens}):
    one.sendmsg([b"x"])
    other.recv(1)`;

/**
 * @param {string} work what is done so often
 * @param {readonly string[]} words options of sb-run and the command
 * @returns {Row}
 */
function longerBy(work, words) {
  return {
    target: '10',
    work: `${opens} ${work}; at most ${longer} µs longer each under --denials`,
    ways: [
      { name: 'sb-run --denials', command: [process.execPath, sbRun, '--denials', ...words] },
      { name: 'sb-run', command: [process.execPath, sbRun, ...words] },
    ],
    limits: [{ of: 'sb-run', atMost: (opens * longer) / 1000, unit: 'ms' }],
  };
}

/** @returns {Row} */
export function denials() {
  return longerBy('allowed opens', ['-c', loop]);
}

/** @returns {Row} */
export function denialsOfMessages() {
  return longerBy('messages by sendmsg(2)', ['--unix', 'any', '--', 'python3', '-c', messages]);
}
