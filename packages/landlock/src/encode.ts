import { encodeRecord, recordHeaderLength, recordMaxLength } from '@sb/core';

import { refuse } from './errors.js';
import { type LandlockPolicy, pathBytes, type PolicyPathRule, type PolicyPortRule } from './options.js';
import { entryOf, type Group, logFeatures, maskOf, type NetRight, tsync } from './rights.js';
import type { LandlockSupport } from './support.js';

/** Version and flags of the record; `native/landlock.h` has the same numbers. */
const recordVersion = 1;
const ONE_LOOK = 1;
const UNMAPPED = 2;
const OPTIONAL = 1;
const EXACT = 2;
const QUIET = 4;
const FILE = 8;
const SAME = 16;

/** Erratum 2: a signal scope no longer forbids signals between threads of one process. */
const signalErratum = 2;

/** The rules of a record. A rule without a right that this kernel knows is left out. */
export interface PlannedRules {
  readonly paths: readonly PolicyPathRule[];
  readonly ports: readonly PolicyPortRule[];
}

/**
 * Returns the rules that a kernel of this ABI can apply, in the order of the record, by which errors number them.
 *
 * @param policy - from `policy`
 * @param abi - the kernel's ABI
 */
export function plannedRules(policy: LandlockPolicy, abi: number): PlannedRules {
  const withRights = <Rule extends { readonly rights: readonly string[] }>(group: Group, rules: readonly Rule[]) =>
    rules
      .map((rule) => ({ ...rule, rights: known(group, rule.rights, abi) }))
      .filter(({ rights }) => rights.length > 0) as readonly Rule[];
  return { paths: withRights('fs', policy.paths), ports: withRights('net', policy.ports) };
}

/**
 * Returns the record of a policy for a kernel; empty if nothing is to be done. Layout: `native/landlock.h`.
 *
 * @throws LandlockError `invalid-policy` if the rules exceed the size of a record, 1 MiB
 */
export function encodePolicy(policy: LandlockPolicy, support: LandlockSupport): Uint8Array {
  const { abi } = support;
  const fs = maskOf('fs', known('fs', policy.handled.fs, abi));
  const net = maskOf('net', known('net', policy.handled.net, abi));
  const scoped = maskOf('scope', known('scope', policy.scope, abi));
  if (support.state !== 'available' || (fs | net | scoped) === 0n) return new Uint8Array();
  const rules = plannedRules(policy, abi);
  const log = known('log', policy.log, abi);
  const writer = new Writer();
  for (const mask of [fs, net, scoped, log.includes('quiet') ? fs : 0n, 0n, 0n]) writer.u64(mask);
  writer.u32(restrictFlags(log, abi)).u32(rules.paths.length).u32(rules.ports.length);
  writer.u16(closedPort(policy, 'connect_tcp', abi)).u16(closedPort(policy, 'bind_tcp', abi));
  writeRules(writer, rules, log.includes('quiet'));
  const payload = writer.done();
  if (recordHeaderLength + payload.length > recordMaxLength) {
    refuse(
      `the rules take ${payload.length} bytes, over ${recordMaxLength}`,
      'Grant directories instead of many files.',
      'plan',
    );
  }
  const scopedSignals = known('scope', policy.scope, abi).includes('signal');
  const oneLook = scopedSignals && abi < tsync.abi && !support.errata.includes(signalErratum);
  return encodeRecord({
    layer: 'landlock',
    version: recordVersion,
    flags: (oneLook ? ONE_LOOK : 0) | (support.unmapped === true ? UNMAPPED : 0),
    payload,
  });
}

function known<Name extends string>(group: Group, names: readonly Name[], abi: number): readonly Name[] {
  return names.filter((name) => (entryOf(group, name)?.abi ?? Number.POSITIVE_INFINITY) <= abi);
}

function restrictFlags(log: readonly string[], abi: number): number {
  const flags = Object.entries(logFeatures)
    .filter(([name]) => name !== 'quiet' && log.includes(name))
    .map(([, { bit }]) => 1 << bit);
  return [...flags, abi >= tsync.abi ? 1 << tsync.bit : 0].reduce((all, flag) => all | flag, 0);
}

function writeRules(writer: Writer, { paths, ports }: PlannedRules, quiet: boolean): void {
  for (const rule of paths) {
    const bytes = pathBytes(rule.path);
    writer.u64(maskOf('fs', rule.rights));
    writer.u16(flagsOf(rule) | (rule.quiet && quiet ? QUIET : 0));
    writer.u16(bytes.length + 1).bytes(bytes);
    writer.bytes(Uint8Array.of(0));
    if (typeof rule.file === 'object') writer.u64(BigInt(rule.file.device)).u64(BigInt(rule.file.inode));
  }
  for (const { port, rights } of ports) writer.u64(maskOf('net', rights)).u16(port).u16(0);
}

function flagsOf({ optional, exact, file }: PolicyPathRule): number {
  const which = file === false ? 0 : file === true ? FILE : FILE | SAME;
  return (optional ? OPTIONAL : 0) | (exact ? EXACT : 0) | which;
}

/** Returns a port that no rule allows, to show later that the restriction is enforced; 0 without such a port. */
function closedPort({ handled, ports }: LandlockPolicy, right: NetRight, abi: number): number {
  if (!known('net', handled.net, abi).includes(right)) return 0;
  const open = new Set(ports.filter(({ rights }) => rights.includes(right)).map(({ port }) => port));
  // From the top for binding, which an ordinary user may do there; from the bottom for connecting, where nothing listens.
  for (let port = 1; port <= 65_535; port++) {
    const candidate = right === 'bind_tcp' ? 65_536 - port : port;
    if (!open.has(candidate)) return candidate;
  }
  return 0;
}

class Writer {
  readonly #parts: Uint8Array[] = [];

  u16(value: number): this {
    const part = new Uint8Array(2);
    new DataView(part.buffer).setUint16(0, value, true);
    return this.bytes(part);
  }

  u32(value: number): this {
    const part = new Uint8Array(4);
    new DataView(part.buffer).setUint32(0, value, true);
    return this.bytes(part);
  }

  u64(value: bigint): this {
    const part = new Uint8Array(8);
    new DataView(part.buffer).setBigUint64(0, value, true);
    return this.bytes(part);
  }

  bytes(part: Uint8Array): this {
    this.#parts.push(part);
    return this;
  }

  done(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.#parts));
  }
}
