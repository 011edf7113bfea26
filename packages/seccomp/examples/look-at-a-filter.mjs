// Compiles a policy, asks what it answers to some calls, and prints the first lines of its listing. Runs anywhere.
import { arg, compile, errno, explain, lint, policy, simulate } from '@sb/seccomp';

const mine = policy({
  base: 'deny-dangerous',
  deny: ['@clock', 'ptrace'],
  rules: [{ syscall: 'personality', when: [arg(0).eq32(0xffff_ffff)], action: 'allow' }],
  sockets: ['AF_INET', 'AF_INET6', 'AF_UNIX'],
  unknown: errno('ENOSYS'),
  architectures: ['x86_64'],
});

for (const { severity, path, message } of lint(mine)) console.log(`${severity}: ${path}: ${message}`);

const filter = compile(mine);
for (const call of [
  { syscall: 'read' },
  { syscall: 'clock_settime' },
  { syscall: 'personality', args: [0xffff_ffff] },
  { syscall: 'personality', args: [0x4_0000] },
  { syscall: 'socket', args: [16, 3, 0] },
  { syscall: 'ioctl', args: [0, 0x5412n | (1n << 40n)] },
  { syscall: 0x4000_0000 },
]) {
  const { action, rule, instructions } = simulate(filter, call);
  console.log(JSON.stringify(action), 'by', rule, `after ${instructions} instructions`);
}
console.log(explain(filter).split('\n').slice(0, 12).join('\n'));
