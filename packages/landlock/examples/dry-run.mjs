// Asks a policy what it would answer, and kernels what they would make of it; restricts nothing: node dry-run.mjs
import * as landlock from '@sb/landlock';

const { allows, path, plan, policy, ro, rw } = landlock;
const download = policy({
  abi: 6,
  paths: [ro('/usr', '/etc'), rw('/var/tmp'), path('/dev/null', ['write_file'])],
  net: { connectTcp: [443], bindTcp: [] },
  scope: ['signal', 'abstract_unix_socket'],
  require: ['fs.write_file'],
});

const questions = [
  { path: '/etc/hostname', right: 'read_file' },
  { path: '/etc/hostname', right: 'write_file' },
  { path: '/var/tmp/part', right: 'make_reg' },
  { connectTcp: 443 },
  { connectTcp: 80 },
  { scope: 'signal' },
];
for (const question of questions) {
  const { allowed, reason } = allows(download, question);
  console.log(`${allowed ? 'yes' : 'no '} ${JSON.stringify(question)}: ${reason}`);
}
for (const abi of [6, 4, 2]) {
  const { features } = plan(download, { state: 'available', abi, errata: [] });
  const lost = features.filter(({ state }) => state === 'unsupported').map(({ feature }) => feature);
  console.log(`a kernel of ABI ${abi} loses: ${lost.join(', ') || 'nothing'}`);
}
