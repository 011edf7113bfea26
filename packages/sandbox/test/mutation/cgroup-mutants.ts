/* Each takes away what keeps a program in its cgroup, or ends it there; a test that notices is named beside it. */
import { type Mutant, without } from './mutants.js';

const guard = 'sandbox/native/launcher/guard.c';
const cgroup = 'sandbox/native/launcher/cgroup.c';
const abandoned = 'sandbox/src/cgroup/abandoned.ts';

/** The cgroup of a start, from its place to its end. */
export const cgroupMutants: readonly Mutant[] = [
  {
    name: 'a guardian that ends the cgroup',
    file: guard,
    from: '\t\tend_cgroup(watched->cgroup_kill);',
    to: '\t\t(void)end_cgroup;',
    red: ['hostile-records', 'has a guardian that writes'],
  },
  {
    name: 'what is read back of the files of a cgroup',
    file: cgroup,
    from: '== -EBADF ? 0 : -EPERM;',
    to: '== -EBADF ? 0 : 0;',
    red: ['lies', 'of close of the file of a cgroup'],
  },
  {
    name: 'a write to cgroup.procs that does nothing',
    file: cgroup,
    from: 'if (written != 1)',
    to: 'if (written < 0)',
    red: ['lies', 'of write to it'],
  },
  {
    name: 'whether a process still has a cgroup',
    file: abandoned,
    from: 'if (isInUse(lock)) return;',
    to: '',
    red: ['cgroup-life', 'survives the start'],
  },
  without(
    'ending what a killed process has left',
    abandoned,
    'if (name.startsWith(namePrefixes.ends)) endAllIn(inside);',
    ['cgroup-life', 'whose process is gone'],
  ),
];
