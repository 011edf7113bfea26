/* Each takes away a question that the launcher asks; a test that notices is named beside it. */
import { type Mutant, without } from './mutants.js';

const process = 'sandbox/native/launcher/process.c';
const parse = 'sandbox/native/launcher/parse.c';
const main = 'sandbox/native/launcher/main.c';
const steps = 'sandbox/native/launcher/steps.c';
const verify = 'sandbox/native/launcher/verify.c';
const source = 'sandbox/native/launcher/source.c';
const privdrop = 'privdrop/native/privdrop.c';

/** What the launcher asks of its records, and of what it did. */
export const lookMutants: readonly Mutant[] = [
  {
    name: 'a NUL within a text',
    file: parse,
    from: '|| strlen((const char *)bytes) != length',
    to: '',
    red: ['hostile-records', 'starts-nothing in an argument'],
  },
  {
    name: 'what is read back of the session',
    file: process,
    from: 'if (sb_syscall3(__NR_getsid, 0, 0, 0) == sb_syscall3(__NR_getpid, 0, 0, 0))',
    to: 'if (session >= 0)',
    red: ['lies', 'of setsid'],
  },
  without('what is read back of the death signal', process, '\terror = sb_verify_death_signal(SIGKILL);', [
    'lies',
    'of prctl(PR_SET_PDEATHSIG)',
  ]),
  without('what is read back of a limit', process, '\t\terror = sb_verify_limit(sb_u32(entry), limit);', [
    'lies',
    'of prlimit64 that sets',
  ]),
  without('what is read back of the folder', process, '\terror = sb_verify_folder(process->cwd);', [
    'lies',
    'of chdir',
  ]),
  {
    name: 'what is read back of the descriptors',
    file: 'sandbox/native/launcher/descriptors.c',
    from: '!error && at <= asked',
    to: '0',
    red: ['lies', 'of close_range is'],
  },
  {
    name: 'a listing that shows nothing',
    file: 'sandbox/native/launcher/descriptors.c',
    from: 'return listing->is_shown ? closed : -ESTALE;',
    to: 'return closed;',
    red: ['lies', 'of getdents64'],
  },
  {
    name: 'what is read back of a descriptor on older kernels',
    file: 'sandbox/native/launcher/descriptors.c',
    from: 'close_once(&listing) : -ESTALE;',
    to: 'close_once(&listing) : 0;',
    red: ['lies', 'of close, on older kernels'],
  },
  {
    name: 'a session keyring of its own',
    file: process,
    from: '!error && process->flags & SB_PROCESS_NEW_KEYRING',
    to: '0',
    red: ['session-keyring', 'is-not-had-behind-a-launcher'],
  },
  {
    name: 'what is read back of the session keyring',
    file: 'sandbox/native/launcher/keyring.c',
    from: 'joined > 0 && present == joined',
    to: 'joined >= 0',
    red: ['lies', 'of keyctl is'],
  },
  {
    name: 'a kernel without keys',
    file: 'sandbox/native/launcher/keyring.c',
    from: 'sb_report_number(status, "unjoined", (unsigned int)-joined);',
    to: '(void)status;',
    red: ['session-keyring', 'is reported if an earlier filter denies keys'],
  },
  {
    name: 'what is read back of the umask',
    file: verify,
    from: 'return first == ALL_BITS && second == (long)(mask & ALL_BITS) ? 0 : -EPERM;',
    to: 'return 0;',
    red: ['lies', 'of umask is'],
  },
  without('what is read back of no_new_privs', steps, '\terror = sb_verify_no_new_privs();', [
    'lies',
    'of prctl(PR_GET_NO_NEW_PRIVS)',
  ]),
  {
    name: "the filter's proof",
    file: 'seccomp/native/seccomp.c',
    from: 'if (is_proven && !answers(record))',
    to: 'if (0)',
    red: ['lies', 'of seccomp(SECCOMP_SET_MODE_FILTER)'],
  },
  {
    name: 'which file was copied',
    file: verify,
    from: 'if (file.st_dev != device || file.st_ino != inode)',
    to: 'if (0)',
    red: ['faults', 'exec of process (ESTALE)'],
  },
  {
    name: 'whether the user may execute what was copied',
    file: verify,
    from: 'return (int)sb_syscall3(__NR_faccessat',
    to: 'return 0 * (int)sb_syscall3(__NR_faccessat',
    red: ['unreadable-program', 'is-not-executed-by-who-may-not, itself'],
  },
  {
    name: 'a rule for what is copied',
    file: 'sandbox/src/launch/unreadable-program.ts',
    from: "allows(ruleset, { path, right: 'execute' }).allowed",
    to: "allows(ruleset, { path, right: 'execute' }).allowed !== undefined",
    red: ['unreadable-program', 'is executed where a rule says so'],
  },
  {
    name: 'a program that is another one by now',
    file: 'sandbox/src/launch/unreadable-program.ts',
    from: 'if (known?.state === state)',
    to: 'if (known !== undefined)',
    red: ['unreadable-program', 'is copied anew'],
  },
  {
    name: 'the most that is copied',
    file: 'sandbox/src/launch/unreadable-program.ts',
    from: 'if (size > largest)',
    to: 'if (size < 0n)',
    red: ['unreadable-program', 'is refused above 1 GiB'],
  },
  {
    name: 'whose the records are',
    file: source,
    from: ' &&\n\t       status.st_uid == (unsigned int)sb_syscall3(__NR_geteuid, 0, 0, 0)',
    to: '',
    red: ['../neighbour/command', 'are-not-executed-by-root'],
  },
  {
    name: 'what kind of file the records are',
    file: source,
    from: '!error && S_ISREG(status.st_mode)',
    to: '!error',
    red: ['command', 'starts nothing from another file'],
  },
  without('whether the records are sealed', source, 'if (seals >= 0 && (seals & all) == all)', [
    'command',
    'starts nothing from another file',
  ]),
  {
    name: 'which sandbox the records are of',
    file: source,
    from: 'return is_same ? 0 :',
    to: 'return 1 ? 0 :',
    red: ['command', 'starts no other sandbox'],
  },
  {
    name: 'the length of a mark',
    file: source,
    from: ' && strlen(mark) == (size_t)SB_MARK_LENGTH * 2',
    to: '',
    red: ['command', 'starts nothing with more than the mark'],
  },
  {
    name: 'a failure where nobody reads the status',
    file: main,
    from: '(source >= 0 && source == launch.status)',
    to: 'source == launch.status',
    red: ['command', 'says on one line that "/nonexistent"'],
  },
  ...(['connect', 'bind'] as const).map((call): Mutant => ({
    name: `what ${call} is answered before the ruleset`,
    file: 'sandbox/native/launcher/prove.c',
    from: `control & SB_CONTROL_${call.toUpperCase()}`,
    to: `ruleset->${call}_port`,
    red: ['proofs', `are-none-where-a-filter-denies-the-same: ${call}`],
  })),
  {
    name: 'a port that another process has',
    file: 'sandbox/native/launcher/prove.c',
    from: ' ||\n\t       result == -EADDRINUSE',
    to: '',
    red: ['proofs', 'take a port that another process has'],
  },
  {
    name: 'an id that has no number here',
    file: privdrop,
    from: 'return error == -EPERM || error == -EACCES || error == -ENOSYS;',
    to: 'return 1;',
    red: ['unmapped-ids', 'is-not-taken-for-nobody by the launcher'],
  },
];
