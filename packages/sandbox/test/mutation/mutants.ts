/* Each takes one thing away; a test that notices is named beside it. */

/** One change of a source. */
export interface Mutant {
  /** What is gone. */
  readonly name: string;
  /** Source, below `packages`. */
  readonly file: string;
  /** Text that is there exactly once. */
  readonly from: string;
  readonly to: string;
  /** Test file below `test/enforcement`, without `.test.ts`, and the part of a test's name that is enough. */
  readonly red: readonly [file: string, test: string];
}

const process = 'sandbox/native/launcher/process.c';
const steps = 'sandbox/native/launcher/steps.c';
const guard = 'sandbox/native/launcher/guard.c';
const caps = 'caps/native/caps.c';
const privdrop = 'privdrop/native/privdrop.c';
const filesystem = 'sandbox/src/policy/filesystem.ts';
const abandoned = 'sandbox/src/tmp/abandoned.ts';
const tcpRules = 'sandbox/src/filter/tcp-rules.ts';

const given = ['launcher', 'gives exactly'] as const;
const files = ['attacks-files', 'in the default preset fails inside for switched'] as const;
const minimal = ['attacks-files', 'in the preset minimal fails inside for switched'] as const;
const network = ['attacks-network', 'in the default policy fails inside for switched'] as const;
const ports = ['attacks-network', 'with one port to connect to fails inside for switched'] as const;
const kept = ['kept-capability', 'goes with the change'] as const;
const applied = ['launcher', 'applies every layer'] as const;
const others = ['attacks-processes', 'of the same user, outside fails inside for switched'] as const;

/** A step of the launcher's table that does nothing. */
const step = (name: string, red: Mutant['red']): Mutant => ({
  name: `the launcher's ${name.replace('step_', '').replaceAll('_', ' ')}`,
  file: steps,
  from: `static int ${name}(struct sb_launch *launch)\n{`,
  to: `static int ${name}(struct sb_launch *launch)\n{\n\treturn 0;`,
  red,
});

/** A statement that is gone. */
export const without = (name: string, file: string, from: string, red: Mutant['red']): Mutant => ({
  name,
  file,
  from,
  to: '',
  red,
});

/** A condition that never holds. */
export const never = (name: string, file: string, condition: string, red: Mutant['red']): Mutant => ({
  name,
  file,
  from: `if (${condition})`,
  to: `if (0 && (${condition}))`,
  red,
});

/** Lines of the launcher's table between which the user changes. */
const early =
  '\t{SB_LAYER_CAPS, step_no_new_privs},\n\t{SB_LAYER_PROCESS, step_guard},\n\t{SB_LAYER_PROCESS, step_join},\n';
const entry = '\t{SB_LAYER_PROCESS, step_enter},\n';
const lateEntry = `${early}\t{SB_LAYER_CAPS, step_caps_before},
\t{SB_LAYER_PRIVDROP, step_privdrop},
\t{SB_LAYER_CAPS, step_caps_after},
\t{SB_LAYER_PROCESS, step_bind},
${entry}`;

/** Steps of the launcher, and of the layers that it is built from. */
export const launcherMutants: readonly Mutant[] = [
  step('step_supervise', ['denials', 'for the same user are told']),
  step('step_process', given),
  step('step_build_ruleset', files),
  step('step_no_new_privs', ['launcher', 'sets no_new_privs with any']),
  step('step_guard', ['descendants', 'ends with it, for switched']),
  step('step_join', ['hostile-records', 'control: joins']),
  step('step_caps_before', applied),
  step('step_privdrop', applied),
  step('step_caps_after', kept),
  step('step_bind', ['launcher', 'asks for the signal']),
  step('step_enter', given),
  step('step_restrict', files),
  step('step_seccomp', applied),
  never('a session of its own', process, '!error && process->flags & SB_PROCESS_NEW_SESSION', given),
  never(
    'noticing a parent that is gone',
    process,
    'process->parent != 0 && sb_syscall3(__NR_getppid, 0, 0, 0) != (long)process->parent',
    ['faults', 'parent'],
  ),
  without('limits', process, '\t\terror = set_limits(process, failure);', [
    'attacks-descriptors-environment',
    'has no limit to raise',
  ]),
  never('the umask', process, '!error && process->umask != SB_UMASK_KEEP && sb_set_umask(process->umask)', given),
  {
    name: 'entering the working directory as the user',
    file: steps,
    from: lateEntry,
    to: lateEntry.replace(entry, '').replace(early, `${early}${entry}`),
    red: ['working-folder', 'is entered by nobody'],
  },
  without('closing descriptors', process, '\t\terror = close_others(process, status, failure);', [
    'attacks-descriptors-environment',
    'keeps only those that are listed',
  ]),
  ...(
    [
      [
        'letting go of the program’s streams',
        'sb_close_others(&process, SB_NOBODY)',
        '(void *)&process == 0',
        'holds no stream',
      ],
      ['leaving signals of the group out', 'SIG_SETMASK', 'SIG_UNBLOCK', 'takes no signal of its group'],
      [
        'giving up rights but one',
        'wanted.permitted = sets.permitted & CAP_KILL_BIT',
        'wanted.permitted = sets.permitted',
        'takes no signal of its group',
      ],
      [
        'CAP_KILL for another user',
        'error || (sets.permitted & CAP_KILL_BIT) ? error : -EPERM',
        'error',
        'lacks CAP_KILL',
      ],
    ] as const
  ).map(([name, from, to, test]) => ({
    name: `the guardian: ${name}`,
    file: guard,
    from,
    to,
    red: ['descendants', test] as const,
  })),
  {
    name: 'moves to other folders beneath the guardian’s ruleset',
    file: 'sandbox/native/launcher/scope.c',
    from: 'grant_moves(ruleset) : 0',
    to: '0 * grant_moves(-1) : 0',
    red: ['private-tmp', 'is for changing modes, moving'],
  },
  without('groups', privdrop, '\t\terror = set_groups(target);', ['launcher', 'gives the groups']),
  without('the group', privdrop, '\terror = sb_setresgid(target->gid, target->gid, target->gid);', applied),
  without('the user', privdrop, '\terror = sb_setresuid(target->uid, target->uid, target->uid);', applied),
  without('the bounding set', caps, '\tdrop_bounding,\n', applied),
  without('locked securebits', caps, '\tlock_late,\n', kept),
  without('giving capabilities up', caps, '\tset_capabilities,\n', [
    'attacks-ids-capabilities',
    'by asking for them fails inside for root',
  ]),
];

/** Rules of the presets for files, ports and scopes, and what the filter adds to them. */
export const presetMutants: readonly Mutant[] = [
  {
    name: 'read-only: reading and executing',
    file: 'sandbox/src/plan/layers.ts',
    from: 'withTop(fixed, readableOf(policy, how))',
    to: 'withTop(fixed, [])',
    red: files,
  },
  {
    name: 'read: no credentials',
    file: 'sandbox/src/grant/grants.ts',
    from: 'topFolders().flatMap((folder) => all.within(folder))',
    to: 'topFolders()',
    red: ['credentials', 'that appear later'],
  },
  {
    name: 'read-only: no writing',
    file: filesystem,
    from: 'withRule(made, rx(first',
    to: 'withRule(made, rwx(first',
    red: files,
  },
  {
    name: 'private folders: whose they are, before they are removed',
    file: abandoned,
    from: 'if (found?.isOwn() === true) ',
    to: 'if (found !== undefined) ',
    red: ['private-tmp', 'is not mistaken'],
  },
  {
    name: 'private folders: whether a process is in one still',
    file: abandoned,
    from: "tryLockFile(lock).state === 'locked' && ",
    to: '',
    red: ['private-tmp', 'goes with the next start'],
  },
  {
    name: 'private folders: the removal of those that a killed parent left',
    file: 'sandbox/src/tmp/private-tmp.ts',
    from: 'sweep(base);',
    to: '',
    red: ['private-tmp', 'goes with the next start'],
  },
  {
    name: 'read-only: /dev/null',
    file: filesystem,
    from: "'read-only': [list('/'), sinks]",
    to: "'read-only': [list('/')]",
    red: files,
  },
  {
    name: 'read-only: without /dev',
    file: 'sandbox/src/policy/top-folders.ts',
    from: 'entry.name !== devices',
    to: 'entry.name !== `no ${devices}`',
    red: ['attacks-reading', 'cannot-be-read-nor-gained-as-switched'],
  },
  {
    name: 'read-only: devices that are named',
    file: filesystem,
    from: "'/dev/random', '/dev/urandom', '/dev/zero'] as const",
    to: "'/dev/random', '/dev/urandom'] as const",
    red: ['attacks-reading', 'that give the same to all are there for switched'],
  },
  {
    name: 'unix sockets closed where none is granted',
    file: 'sandbox/src/policy/unix-and-ipc.ts',
    from: '...(unix.length > 0\n',
    to: '...(unix.length >= 0\n',
    red: ['attacks-shared', 'by sockets of the machine fails inside for switched'],
  },
  {
    name: 'queues and memory closed where they are not granted',
    file: 'sandbox/src/policy/unix-and-ipc.ts',
    from: '...(ipc ? {',
    to: '...(!ipc ? {',
    red: ['attacks-shared', 'by keys and names fails inside for switched'],
  },
  {
    name: 'minimal: not everything',
    file: filesystem,
    from: 'minimal: [libraries',
    to: "minimal: [rx('/'), libraries",
    red: minimal,
  },
  {
    name: 'minimal: libraries',
    file: filesystem,
    from: 'minimal: [libraries, networkClient',
    to: 'minimal: [networkClient',
    red: ['attacks-files', 'runs a program with its libraries'],
  },
  {
    name: 'minimal: names and certificates',
    file: filesystem,
    from: 'minimal: [libraries, networkClient',
    to: 'minimal: [libraries',
    red: minimal,
  },
  { name: 'no port to bind to', file: filesystem, from: 'net: { bindTcp: [] },\n', to: 'net: {},\n', red: network },
  {
    name: 'an attempt that was let happen',
    file: 'sandbox/native/launcher/prove.c',
    from: 'is_due && was_let_happen(proof.result)',
    to: '!is_due && was_let_happen(proof.result)',
    red: ['proofs', 'let no target run'],
  },
  {
    name: 'the scope of signals',
    file: filesystem,
    from: "'abstract_unix_socket', 'signal'",
    to: "'abstract_unix_socket'",
    red: others,
  },
  {
    name: 'the scope of abstract sockets',
    file: filesystem,
    from: "'abstract_unix_socket', 'signal'",
    to: "'signal'",
    red: ['attacks-network', 'with unix sockets granted fails inside for switched'],
  },
  {
    name: 'other streams than TCP, by type',
    file: tcpRules,
    from: '      arg(1).maskedNe32(SOCK_TYPE_MASK, SOCK_STREAM),\n',
    to: '      arg(1).eq32(0xffff_ffff),\n',
    red: network,
  },
  {
    name: 'other streams than TCP, by protocol',
    file: tcpRules,
    from: '...[0, IPPROTO_ICMP,',
    to: '...[0, 262, IPPROTO_ICMP,',
    red: network,
  },
  ...(['sendto', 'sendmsg', 'sendmmsg'] as const).map((call): Mutant => ({
    name: `TCP Fast Open by ${call}`,
    file: tcpRules,
    from: `  deny('${call}', 'EOPNOTSUPP'`,
    to: `  deny('vhangup', 'EOPNOTSUPP'`,
    red: ports,
  })),
  {
    name: 'TCP Fast Open by setsockopt',
    file: tcpRules,
    from: 'TCP_FASTOPEN_CONNECT = 30',
    to: 'TCP_FASTOPEN_CONNECT = 31',
    red: ports,
  },
  {
    name: 'the denial of every exec but the first',
    file: 'sandbox/src/filter/exec-once.ts',
    from: 'deny: [...new Set([...deny, ...calls])]',
    to: 'deny',
    red: ['exec-once', 'which executes nothing afterwards, as switched'],
  },
  { name: 'listening without binding', file: tcpRules, from: "[deny('listen', 'EPERM')]", to: '[]', red: network },
  {
    name: 'modes, owners and times',
    file: 'sandbox/src/filter/metadata-rules.ts',
    from: '  chmod fchmod fchmodat',
    to: '  fchmod fchmodat',
    red: files,
  },
  {
    name: 'an encryption policy',
    file: 'sandbox/src/filter/metadata-rules.ts',
    from: '  0x800c_6613,',
    to: '  ',
    red: ['attacks-files', 'denies the request FS_IOC_SET_ENCRYPTION_POLICY'],
  },
  {
    name: 'subvolumes beside what may be written',
    file: 'sandbox/src/filter/metadata-rules.ts',
    from: 'readOnly || handlesFolders(ruleset)',
    to: 'readOnly',
    red: ['attacks-files', 'denies what makes and removes subvolumes'],
  },
  {
    name: 'subvolumes of bcachefs',
    file: 'sandbox/src/filter/metadata-rules.ts',
    from: '  0x4020_bc10,',
    to: '  ',
    red: ['attacks-files', 'denies the request BCH_IOCTL_SUBVOLUME_CREATE'],
  },
  {
    name: 'files that are made by a request of OCFS2',
    file: 'sandbox/src/filter/metadata-rules.ts',
    from: '...subvolumeRequests, reflinkRequest,',
    to: '...subvolumeRequests,',
    red: ['attacks-files', 'denies the request OCFS2_IOC_REFLINK'],
  },
  {
    name: 'keys of encrypted folders',
    file: 'sandbox/src/filter/metadata-rules.ts',
    from: 'reflinkRequest, ...keyRequests, dedupe',
    to: 'reflinkRequest, dedupe',
    red: ['attacks-files', 'denies the request FS_IOC_REMOVE_ENCRYPTION_KEY'],
  },
  {
    name: 'message queues',
    file: 'sandbox/src/filter/metadata-rules.ts',
    from: 'maskedNe32(O_CREAT, 0)',
    to: 'maskedEq32(O_CREAT, 0)',
    red: ['attacks-files', 'denies making and removing message queues'],
  },
  {
    name: 'SMC beside rules for TCP',
    file: tcpRules,
    from: "sockets === 'any' || sockets.includes('AF_SMC')",
    to: "sockets === 'any' && sockets.includes('AF_SMC')",
    red: ['attacks-own-filters', 'denies SMC'],
  },
  {
    name: 'the ways round TCP rules under deny-all',
    file: tcpRules,
    from: "['network-client', 'network-client-running']",
    to: "['network-client', 'network-client-running', 'deny-all']",
    red: ['attacks-own-filters', 'from deny-all with a group of calls fails inside for switched'],
  },
  {
    name: 'the question whether a start can come to its end',
    file: 'sandbox/src/filter/launcher-calls.ts',
    from: 'if (answers.some(isLet)) continue;',
    to: 'if (answers !== undefined) continue;',
    red: ['last-calls', 'its exec, by a kill is refused'],
  },
  {
    name: 'core files',
    file: 'sandbox/src/plan/process-features.ts',
    from: 'return { core: 0, ...policy.rlimits }',
    to: 'return { ...policy.rlimits }',
    red: ['attacks-descriptors-environment', 'has no limit to raise'],
  },
  {
    name: 'an environment of its own',
    file: 'sandbox/src/launch/start.ts',
    from: 'frameOf({ ...fixed.settings, ...varying }',
    to: 'frameOf({ ...fixed.settings, ...varying, env: { ...(globalThis.process.env as Record<string, string>), ...varying.env } }',
    red: ['attacks-descriptors-environment', 'is exactly the one'],
  },
];
