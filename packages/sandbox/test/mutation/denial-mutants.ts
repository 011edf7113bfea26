/* What the supervisor of denials gives up, and what it asks first. */
import { type Mutant, without } from './mutants.js';

const stand = 'sandbox/native/launcher/denials/stand.c';
const judge = 'sandbox/native/launcher/denials/judge_open.c';

const reached = ['denials-hostile', 'as another user cannot reach it'] as const;
const equal = ['denials', 'for the same user changes no answer'] as const;

const serve = 'sandbox/native/launcher/denials/serve.c';
const signal = 'sandbox/native/launcher/denials/judge_signal.c';
const trace = 'sandbox/native/launcher/denials/trace.c';
const traces = ['denials-traces', 'is denied as'] as const;
const socket = 'sandbox/native/launcher/denials/judge_socket.c';
const sockets = ['denials-sockets', 'for the same user are denied as'] as const;
const simulated = ['../native/simulate', 'the protocol of denials holds in'] as const;
const calls = ['denials-calls', 'of the same user have the same answers'] as const;

/** Statements of the supervisor. */
export const denialMutants: readonly Mutant[] = [
  without('its ids for files', stand, 'error = sb_privdrop_files(whom->user, whom->user_length);', reached),
  without('the loss of its capabilities', stand, 'error = keep_reading_alone();', reached),
  {
    name: 'the kernel’s order of modes and rules',
    file: judge,
    from: 'if (!missing || sb_ask_entry(entry, modes))',
    to: 'if (!missing)',
    red: ['denials', 'for the same user are told'],
  },
  {
    name: 'the kernel’s order of links and what is there',
    file: judge,
    from: 'if ((opening->flags & O_CREAT && opening->flags & O_EXCL) || type == LL_S_IFLNK)',
    to: 'if (type == LL_S_IFLNK)',
    red: equal,
  },
  {
    name: 'the errors of the filter',
    file: serve,
    from: 'if (asked & SECCOMP_RET_DATA) {',
    to: 'if (asked & SECCOMP_RET_DATA & 0x8000) {',
    red: calls,
  },
  {
    name: 'whether what a signal is sent to is outside',
    file: signal,
    from: 'return sb_is_outside(shared, target) && may_by_ids(own, target);',
    to: 'return may_by_ids(own, target);',
    red: calls,
  },
  {
    name: 'the members of a group that a signal is sent to',
    file: 'sandbox/native/launcher/denials/groups.c',
    from: 'if (!sb_is_outside(shared, &facts))\n\t\t\treturn 0;',
    to: '',
    red: calls,
  },
  {
    name: 'what a siginfo may say',
    file: signal,
    from: 'words[2] >= 0 ||',
    to: '',
    red: calls,
  },
  {
    name: 'whether what would be traced is outside',
    file: trace,
    from: 'target->process != own->process && sb_is_outside(shared, target) &&',
    to: 'target->process != own->process &&',
    red: traces,
  },
  {
    name: 'what the kernel asks about tracing before Landlock',
    file: trace,
    from: 'may_without(own, target, thread, asked);',
    to: '(may_without(own, target, thread, asked), 1);',
    red: ['denials-traces', 'by root without capabilities is denied as'],
  },
  {
    name: 'which file a link of proc(5) means',
    file: 'sandbox/native/launcher/denials/find.c',
    from: 'if (!error && name->is_meant &&',
    to: 'if (0 && !error && name->is_meant &&',
    red: traces,
  },
  {
    name: 'the age of a socket that is connected to',
    file: socket,
    from: 'if (!sb_is_old_socket(&name))\n\t\treturn 0;',
    to: '',
    red: sockets,
  },
  {
    name: 'what else an old socket has to be',
    file: 'sandbox/native/launcher/denials/old_sockets.c',
    from: 'return !seen.has_peer;',
    to: 'return 1;',
    red: sockets,
  },
  {
    name: 'the kernel’s word that an answer was taken',
    file: serve,
    from: 'if (answer(served, is_denied ? denial.error : 0) && is_denied)',
    to: '(void)answer(served, is_denied ? denial.error : 0);\n\tif (is_denied)',
    red: simulated,
  },
  {
    name: 'the end of the supervisor with the last program',
    file: serve,
    from: 'if (!(ends[LISTENER].revents & POLLIN) && ends[LISTENER].revents)\n\t\t\treturn;',
    to: 'if (ends[LISTENER].revents & POLLNVAL)\n\t\t\treturn;',
    red: simulated,
  },
  {
    name: 'the end of the channel at the exec',
    file: 'sandbox/native/launcher/denials/supervise.c',
    from: 'long error = sb_syscall3(__NR_fcntl, process->channel, F_SETFD, FD_CLOEXEC);',
    to: 'long error = 0;',
    red: simulated,
  },
];
