/** Profiles in the form that Docker, Podman and containerd have on disk: with rules for some capabilities and architectures. */
import { custom, isObject, list, object, type Reader, text } from '@sb/core/document';

import type { Machine } from '../tables/architectures.js';
import { errnoNumber } from '../tables/errnos.js';
import {
  type OciProfile,
  type OciRule,
  type OciSyscalls,
  profileKeys,
  profilePlace,
  refusal,
  ruleKeys,
} from './oci-keys.js';

/** The container for which the rules of a profile are chosen. */
export interface DockerContainer {
  readonly machine: Machine;
  /** Capabilities of its bounding set, such as `CAP_SYS_ADMIN`. */
  readonly caps: readonly string[];
}

/** The capabilities of a container without options for them (Docker's "Runtime privilege and Linux capabilities"). */
export const dockerCaps: readonly string[] = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
].map((name) => `CAP_${name}`);

/** Names of machines in these profiles (Go's GOARCH), and the architecture of their entry in `archMap`. */
const machines: Readonly<Record<Machine, readonly [goarch: string, architecture: string]>> = {
  x86_64: ['amd64', 'SCMP_ARCH_X86_64'],
  aarch64: ['arm64', 'SCMP_ARCH_AARCH64'],
  riscv64: ['riscv64', 'SCMP_ARCH_RISCV64'],
};

interface Filter {
  readonly arches?: readonly string[];
  readonly caps?: readonly string[];
  readonly minKernel?: string;
}

interface DockerRule extends OciSyscalls {
  readonly errno?: string;
  readonly comment?: string;
  readonly includes?: Filter;
  readonly excludes?: Filter;
}

interface DockerProfile extends Omit<OciProfile, 'syscalls'> {
  readonly defaultErrno?: string;
  readonly archMap?: readonly { readonly architecture: string; readonly subArchitectures?: readonly string[] }[];
  readonly syscalls?: readonly DockerRule[];
}

const filter = object<Filter>({ arches: list(text()), caps: list(text()), minKernel: text({ pattern: /^\d+\.\d+$/ }) });
const emptyText: Reader<string> = custom({
  expected: 'text',
  schema: {},
  is: (value): value is string => typeof value === 'string',
  read: (value) => value,
});
const reader = object<DockerProfile>({
  ...profileKeys,
  defaultErrno: text(),
  archMap: list(object({ architecture: text(), subArchitectures: list(text()) }), { what: 'a list of architectures' }),
  syscalls: list(
    object<DockerRule>({ ...ruleKeys, errno: text(), comment: emptyText, includes: filter, excludes: filter }),
    { what: 'a list of rules' },
  ),
});
const ofDocker: ReadonlySet<string> = new Set(['errno', 'comment', 'includes', 'excludes']);

/** Whether a profile has keys that a runtime does not read. */
export function isDockers(read: unknown): read is object {
  if (!isObject(read)) return false;
  if ('archMap' in read || 'defaultErrno' in read) return true;
  const rules: unknown = 'syscalls' in read ? read.syscalls : [];
  return (
    Array.isArray(rules) && rules.some((one) => isObject(one) && Object.keys(one).some((key) => ofDocker.has(key)))
  );
}

/**
 * Returns the profile that an engine gives to its runtime: the rules that apply to a container. Every kernel that a rule asks for is
 * there.
 *
 * @throws SeccompError `invalid-profile`, with the place in `path`
 */
export function fromDocker(given: object, container: DockerContainer): OciProfile {
  const profile = reader.read(withoutNull(given), profilePlace);
  const { defaultErrno, archMap, syscalls = [], ...rest } = profile;
  const [, own] = machines[container.machine];
  const found = archMap?.find(({ architecture }) => architecture === own);
  if (archMap !== undefined && rest.architectures !== undefined)
    throw refusal('archMap', 'stands beside architectures', 'Leave one of them out: engines refuse both.');
  const architectures = found === undefined ? rest.architectures : [own, ...(found.subArchitectures ?? [])];
  const error = errorOf(defaultErrno, 'defaultErrno') ?? rest.defaultErrnoRet;
  return {
    ...rest,
    ...(error === undefined ? {} : { defaultErrnoRet: error }),
    ...(architectures === undefined ? {} : { architectures }),
    syscalls: syscalls.flatMap((rule, at) => (applies(rule, container) ? [plainRule(rule, at)] : [])),
  };
}

function plainRule({ names, action, args, errnoRet, errno }: DockerRule, at: number): OciRule {
  const error = errorOf(errno, `syscalls[${at}].errno`) ?? errnoRet;
  return {
    names,
    action,
    at,
    ...(args === undefined ? {} : { args }),
    ...(error === undefined ? {} : { errnoRet: error }),
  };
}

/** By moby/profiles/seccomp: all of what `includes` names, and nothing of what `excludes` names. */
function applies({ includes = {}, excludes = {} }: DockerRule, { machine, caps }: DockerContainer): boolean {
  const [arch] = machines[machine];
  const has = (names: readonly string[] = []) => names.length === 0 || names.includes(arch);
  const hasCap = (name: string) => caps.includes(name);
  if (!has(includes.arches) || !(includes.caps ?? []).every(hasCap)) return false;
  return (
    !(excludes.arches ?? []).includes(arch) && !(excludes.caps ?? []).some(hasCap) && excludes.minKernel === undefined
  );
}

function errorOf(name: string | undefined, path: string): number | undefined {
  if (name === undefined) return undefined;
  const number = errnoNumber(name);
  if (number === undefined) throw refusal(path, `is not an error: ${name}`, 'Write a name of errno(3), such as EPERM.');
  return number;
}

/** Go writes empty lists as null. */
function withoutNull(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(withoutNull);
  if (!isObject(given)) return given;
  const kept = Object.entries(given).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutNull(value)]));
}
