// Runs the install scripts of a package: node install-scripts.mjs FOLDER
// They may write to that folder and to a temporary one, read the system, and reach neither your files nor the network.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createSandbox } from '@sb/sandbox';

const folder = resolve(process.argv[2] ?? '.');
const { name, scripts = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const system = ['/usr', '/bin', '/lib', '/lib64', '/sbin', dirname(process.execPath)];

const sandbox = createSandbox({
  landlock: {
    preset: 'none',
    paths: [
      { rx: system, optional: true },
      { ro: ['/etc', '/proc'] },
      { rw: ['/dev/null', '/dev/zero', '/dev/urandom'] },
      { rwx: [folder] },
    ],
    net: { connectTcp: [], bindTcp: [] },
    scope: ['signal', 'abstract_unix_socket'],
  },
  seccomp: { base: 'deny-dangerous', sockets: [] },
  env: {
    PATH: `${join(folder, 'node_modules/.bin')}:${dirname(process.execPath)}:/usr/bin:/bin`,
    npm_package_name: name,
  },
  tmp: 'private',
  home: 'tmp',
  cwd: folder,
  rlimits: { nofile: 1024, cpu: 600 },
});

for (const event of ['preinstall', 'install', 'postinstall']) {
  if (scripts[event] === undefined) continue;
  console.log(`> ${name} ${event}: ${scripts[event]}`);
  const { stdout, stderr, exitCode } = await sandbox.run('/bin/sh', ['-c', scripts[event]], { timeout: 600_000 });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  if (exitCode === 0) continue;
  console.error(`${event} of ${name} failed with ${exitCode}`);
  process.exitCode = 1;
  break;
}
