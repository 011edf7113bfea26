/* Whether the tests would notice if a preset let a program hold up, or take over, what others of its user do. */
import { change, mutationTests, without } from '@sb/test-kit/mutation';

const answers = (test: string): readonly [string, string] => ['src/analysis/simulate', test];

mutationTests(
  'packages/seccomp',
  [
    change(
      'leases, which stall whoever opens a file',
      'policy/presets',
      'const leaseRequests = [1024, 1040, 1026] as const;',
      'const leaseRequests = [] as const;',
      answers('stalls nobody who opens a file'),
    ),
    without(
      'priorities of all processes of a user',
      'policy/presets',
      "deny('setpriority', 'EPERM', arg(0).ne32(PRIO_PROCESS)),",
      answers('puts no other process at nice 19'),
    ),
    without(
      'priorities of all their disk accesses',
      'policy/presets',
      "deny('ioprio_set', 'EPERM', arg(0).ne32(IOPRIO_WHO_PROCESS)),",
      answers('puts no other process at nice 19'),
    ),
    change(
      'an answer to unix sockets that name services go on after',
      'policy/presets',
      "deny('socket', 'EAFNOSUPPORT', arg(0).eq32(AF_UNIX))",
      "deny('socket', 'EPERM', arg(0).eq32(AF_UNIX))",
      answers('answers as it should'),
    ),
  ],
  'linux',
);
