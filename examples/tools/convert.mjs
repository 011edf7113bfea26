// Converts an image that a stranger sent: node convert.mjs photo.png photo.jpg
// The decoder gets the two files as open descriptors. It reads nothing of yours, writes nothing else, and has no network.
import { closeSync, openSync, rmSync } from 'node:fs';
import { extname } from 'node:path';
import { createSandbox } from '@sb/sandbox';

const [from, to] = process.argv.slice(2);
if (to === undefined) throw new Error('Usage: convert.mjs FROM TO');
const format = (file) => extname(file).slice(1);

const sandbox = createSandbox({
  landlock: {
    preset: 'minimal',
    paths: [{ ro: ['/etc/ImageMagick-6', '/etc/ImageMagick-7'], optional: true }],
    net: { connectTcp: [], bindTcp: [] },
  },
  seccomp: { base: 'deny-dangerous', sockets: [] },
  env: { PATH: '/usr/bin:/bin:/usr/local/bin' },
  tmp: 'private',
  rlimits: { cpu: 20, fsize: 256 * 2 ** 20, as: 2 * 2 ** 30, nofile: 64 },
});

const input = openSync(from, 'r');
const output = openSync(to, 'wx');
const child = sandbox.spawn('convert', [`${format(from)}:-`, `${format(to)}:-`], {
  stdio: [input, output, 'inherit'],
  timeout: 30_000,
});
closeSync(input);
closeSync(output);
let failure;
child.on('error', (error) => {
  failure = error;
});
child.on('close', (status) => {
  if (status === 0) return;
  rmSync(to);
  console.error(failure?.message ?? `${from}: not converted${child.timedOut ? ', it took too long' : ''}`);
  process.exitCode = 1;
});
