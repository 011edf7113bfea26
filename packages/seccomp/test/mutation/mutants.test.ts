/*
 * Whether the tests would notice if a preset let a program hold up, or take over, what others of its user do, or if a
 * proof showed what is not so.
 */
import { change, mutationTests, without } from '@sb/test-kit/mutation';

const answers = (test: string): readonly [string, string] => ['src/analysis/simulate', test];
const verifies = (test: string): readonly [string, string] => ['src/analysis/verify', test];

mutationTests(
  'packages/seccomp',
  [
    change(
      'leases, which stall whoever opens a file',
      'policy/presets',
      'const leaseRequests = [1024, 1040, 1026] as const;',
      'const leaseRequests = [] as const;',
      answers('delays no process that opens a file'),
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
      answers('gives the right answer'),
    ),
    without(
      'the proof of what is compiled',
      'compiler/compile',
      'for (const program of programs) refuseUnproved(valid, program);',
      verifies('returns nothing that is not proved'),
    ),
    change(
      'the upper half of an argument in a proof',
      'exact/condition-set',
      'return diagrams.choose(isEqual, low, decided);',
      'return low;',
      verifies('finds a bound that is one off'),
    ),
    change(
      'the answers of a program in a proof',
      'exact/agreement',
      'return answer === this.#diagrams.leaf(meaningOf(encodeAction(action)));',
      'return answer !== undefined && action !== undefined;',
      verifies('finds a wrong error'),
    ),
    change(
      'the ways on which a rule does not hold',
      'exact/agreement',
      'this.claim({ ...claim, position, rule: claim.rule + 1 });',
      '',
      verifies('finds a wrong answer after all rules'),
    ),
    change(
      'the kill for an action that the kernel does not know',
      'exact/meaning',
      "if (!known.has(action)) return actionValues['kill-process'];",
      '',
      verifies('treats an unknown action as a kill, as the kernel does'),
    ),
    change(
      'the calls that only one filter lets go on',
      'analysis/compare',
      'return (goesOn(a) ? inA : 0) | (goesOn(b) ? inB : 0) | (a === b ? 0 : differing);',
      'return (goesOn(a) ? inA : 0) | (goesOn(a) ? inB : 0) | (a === b ? 0 : differing);',
      ['test/property/algebra', 'agrees with trying every call, including the smallest calls (seed'],
    ),
    change(
      'the stricter of two answers',
      'analysis/precedence',
      'return strictness(first) < strictness(last) ? first : last;',
      'return strictness(first) > strictness(last) ? first : last;',
      ['test/enforcement/stacked', 'pairs of filters together and alone'],
    ),
  ],
  'linux',
);
