import type { FileIdentity, PathRule } from './paths.js';
import type { FsRight, Group, LogFeature, NetRight, Scope, UnknownBit } from './rights.js';

/**
 * Network rights, each with the ports that stay allowed, 1 to 65535; an empty list allows none. 0 among the ports to
 * bind means "any free port". A right that is not mentioned is not restricted.
 *
 * Rules apply to the port only, never to the address. MPTCP sockets bypass them, and TCP Fast Open below ABI 10 (see the README).
 */
export interface NetOptions {
  readonly connectTcp?: readonly number[];
  readonly bindTcp?: readonly number[];
  /** ABI 10. Sending without connecting counts as well, so name resolution needs port 53. */
  readonly connectSendUdp?: readonly number[];
  /** ABI 10. */
  readonly bindUdp?: readonly number[];
  readonly [bit: UnknownBit]: readonly number[];
}

/** What the kernel's audit log should contain (ABI 7). */
export interface LogOptions {
  /** Denials of this program itself. Default: true, as in the kernel. */
  readonly sameExec?: boolean;
  /** Denials of programs that it executes. Default: false, as in the kernel. */
  readonly newExec?: boolean;
  /** Denials by rulesets that are added later. Default: true, as in the kernel. */
  readonly subdomains?: boolean;
}

/** The options of {@link policy}. */
export interface LandlockOptions {
  /**
   * The Landlock ABI that you tested this policy with, 1 to 11: "everything" means what that ABI has, on every kernel.
   * See docs/choosing-abi.md.
   */
  readonly abi: number;
  /**
   * What stays allowed in the file system; an empty list allows nothing. Without it the file system is not restricted
   * (unless `handle` is given).
   */
  readonly paths?: readonly PathRule[];
  /** The file-system rights that are restricted. Default, if `paths` is given: every right of the ABI. */
  readonly handle?: readonly FsRight[];
  readonly net?: NetOptions;
  /** `signal`: no signals to processes outside; `abstract_unix_socket`: no connections to such sockets made outside. */
  readonly scope?: readonly Scope[];
  /**
   * Features without which nothing is enforced: names as in the report (`fs.truncate`, `net.connect_tcp`) or whole groups
   * (`fs`, `net`, `scope`, `log`). The rest is enforced if the kernel can. Default: everything.
   */
  readonly require?: readonly string[];
  readonly log?: LogOptions;
}

/** A path in a policy: text, or bytes that are not UTF-8. */
export type PolicyPath = string | { readonly base64: string };

/** A rule for one path. */
export interface PolicyPathRule {
  readonly path: PolicyPath;
  /** In the order of the kernel's header. */
  readonly rights: readonly FsRight[];
  readonly optional: boolean;
  readonly quiet: boolean;
  /** Whether a right that does not apply to the type of the file is an error; otherwise it is left out. */
  readonly exact: boolean;
  /** Whether anything except a regular file, or except this file, is an error. */
  readonly file: boolean | FileIdentity;
}

/** A rule for one port. */
export interface PolicyPortRule {
  readonly port: number;
  readonly rights: readonly NetRight[];
}

/** A validated, frozen, JSON-serialisable decision about what stays allowed. */
export interface LandlockPolicy {
  readonly layer: 'landlock';
  readonly abi: number;
  /** What is restricted: the kernel's "handled access". */
  readonly handled: { readonly fs: readonly FsRight[]; readonly net: readonly NetRight[] };
  readonly scope: readonly Scope[];
  readonly paths: readonly PolicyPathRule[];
  readonly ports: readonly PolicyPortRule[];
  readonly log: readonly LogFeature[];
  /** Names of the features that must be enforced, as the report has them. */
  readonly require: readonly string[];
}

/** The rights that have their own options for the network. */
export const netOptionOf: Readonly<Record<string, Exclude<keyof NetOptions, UnknownBit>>> = {
  connect_tcp: 'connectTcp',
  bind_tcp: 'bindTcp',
  connect_send_udp: 'connectSendUdp',
  bind_udp: 'bindUdp',
};

/** A feature that a policy asks for: its group and its kernel name. */
export type Feature = readonly [group: Group, name: string];

/** Everything that a policy asks for, in the order of a report. */
export function featuresOf(policy: Omit<LandlockPolicy, 'require'>): readonly Feature[] {
  return [
    ...policy.handled.fs.map((name): Feature => ['fs', name]),
    ...policy.handled.net.map((name): Feature => ['net', name]),
    ...policy.scope.map((name): Feature => ['scope', name]),
    ...policy.log.map((name): Feature => ['log', name]),
  ];
}

/** Returns a path as bytes, without the NUL at its end. */
export function pathBytes(path: PolicyPath): Uint8Array {
  return typeof path === 'string' ? Buffer.from(path) : Buffer.from(path.base64, 'base64');
}

/** Returns a path as text for people; bytes that are not UTF-8 are replaced. */
export function pathText(path: PolicyPath): string {
  return typeof path === 'string' ? path : Buffer.from(path.base64, 'base64').toString();
}
