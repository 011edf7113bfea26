/** What the runtimes do with a profile before libseccomp sees it. */
import { type OciProfile, refusal } from './oci-keys.js';
import type { Unsaid } from './unsaid.js';

type Runtime = 'runc' | 'crun';

/** The flags of seccomp(2) that runtimes know. */
const flags: ReadonlySet<string> = new Set(
  ['TSYNC', 'LOG', 'SPEC_ALLOW', 'WAIT_KILLABLE_RECV'].map((name) => `SECCOMP_FILTER_FLAG_${name}`),
);

/** Tables of machines with the other byte order: libseccomp keeps only one order in a filter. */
const bigEndian: ReadonlySet<string> = new Set(
  ['M68K', 'MIPS', 'MIPS64', 'MIPS64N32', 'PARISC', 'PARISC64', 'PPC', 'PPC64', 'S390', 'S390X', 'SHEB'].map(
    (name) => `SCMP_ARCH_${name}`,
  ),
);

/** Names the flags: a policy has none. @throws SeccompError `invalid-profile` for a flag that runtimes refuse */
export function flagsOf({ flags: given = [] }: OciProfile): readonly Unsaid[] {
  return given.map((flag, index) => {
    const path = `flags[${index}]`;
    if (!flags.has(flag)) throw refusal(path, 'is not a flag that a runtime loads', `Use ${[...flags].join(', ')}.`);
    return { path, what: `${flag} is about loading or logging, and not part of a policy` };
  });
}

/** Says why a runtime would refuse a profile: it then starts no container. */
export function refusedBy(runtime: Runtime, profile: OciProfile): readonly Unsaid[] {
  const { architectures = [], syscalls = [] } = profile;
  const ofMachines = architectures.flatMap((name, index) =>
    bigEndian.has(name)
      ? [refused(`architectures[${index}]`, 'libseccomp', `${name} beside a machine with the other byte order`)]
      : [],
  );
  const { defaultAction: action, defaultErrnoRet: error } = profile;
  const answers = [
    { action, path: 'defaultAction', error, names: [] },
    ...syscalls.map((rule, index) => ({
      action: rule.action,
      path: `syscalls[${rule.at ?? index}]`,
      error: rule.errnoRet,
      names: rule.names,
    })),
  ];
  const ofActions = answers.flatMap(({ path, names, ...one }) => {
    const takesError = one.action === 'SCMP_ACT_ERRNO' || one.action === 'SCMP_ACT_TRACE';
    if (runtime === 'crun')
      return one.error === undefined || takesError
        ? []
        : [refused(path, runtime, `an error number with ${one.action}`)];
    // The process that loads the filter writes to the agent then, and would wait for it.
    const isStuck = one.action === 'SCMP_ACT_NOTIFY' && (path === 'defaultAction' || names.includes('write'));
    return isStuck ? [refused(path, runtime, `${one.action} for write, which it needs to reach the agent`)] : [];
  });
  return [...ofMachines, ...ofActions];
}

const refused = (path: string, by: string, what: string): Unsaid => ({
  path,
  what: `${by} refuses ${what}: no container starts`,
});

/** The most conditions of a rule that crun looks at. */
const conditionsMax = 6;

/** The rules that a runtime gives to libseccomp. */
export function asRead(runtime: Runtime, profile: OciProfile): OciProfile {
  if (runtime === 'runc' || profile.syscalls === undefined) return profile;
  const cut = profile.syscalls.map((rule) =>
    rule.args === undefined ? rule : { ...rule, args: rule.args.slice(0, conditionsMax) },
  );
  return { ...profile, syscalls: cut };
}
