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
    name: 'a rule that leads to files of cgroups',
    file: 'sandbox/native/launcher/cgroup_way.c',
    from: 'status[0] == CGROUP2_SUPER_MAGIC ? -EPERM : 0',
    to: '0',
    red: ['cgroup-way', 'starts nothing'],
  },
  {
    name: 'a rule that leads to what lies above them',
    file: 'sandbox/native/launcher/cgroup_way.c',
    from: '\t\tif (way->at[i].device == device_of(&opened) && way->at[i].inode == opened.ino)\n\t\t\terror = -EPERM;',
    to: '',
    red: ['cgroup-way', 'starts nothing'],
  },
  {
    name: 'whether rules are looked at for a cgroup',
    file: 'sandbox/native/launcher/steps.c',
    from: 'launch->landlock.may_grant = may_grant;',
    to: '(void)may_grant;',
    red: ['cgroup-way', 'starts nothing'],
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
