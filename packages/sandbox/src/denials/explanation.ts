import { dirname } from 'node:path';

import { type FsRight, fsRightOf, type LandlockPolicy, path as pathRule } from '@sb/landlock';
import type { SeccompPolicy } from '@sb/seccomp';

import { pathOf } from '../policy/path-text.js';
import { isTooLow } from '../system/low-port.js';
import type { Denial, DenialAddition } from './denial.js';
import { ofFilter } from './filter-explanation.js';
import type { DeniedCall } from './parse-line.js';

type Capabilities = readonly string[] | undefined;

type About = Pick<Denial, 'path' | 'to' | 'port' | 'target' | 'right' | 'rule' | 'add'>;

/** What is in force. */
export interface Denying {
  readonly landlock: LandlockPolicy;
  /** Undefined without a filter that denies anything by name. */
  readonly seccomp?: SeccompPolicy | undefined;
  /** The capabilities that the program is permitted; undefined if no layer restricts them. */
  readonly kept?: Capabilities;
}

/** The number at which rights to ports begin: `SB_PORT_RIGHTS` of native/launcher/denials/judge_port.h. */
const netRights = 32;

/** What stands for the filter: `SB_BY_FILTER` of native/launcher/denials/filter.h. */
const byFilter = 48;

/** What stands for a signal: `SB_BY_SIGNAL` of native/launcher/denials/judge_signal.h. */
const bySignal = 49;

/** What stands for tracing: `SB_BY_TRACE` of native/launcher/denials/trace.h. */
const byTrace = 51;

/** What stands for an abstract unix socket: `SB_BY_SOCKET` of native/launcher/denials/judge_socket.h. */
const bySocket = 50;

/** By their bits: bind_tcp, connect_tcp. */
const ofPorts = [
  ['bind_tcp', '--bind-tcp', 'bindTcp'],
  ['connect_tcp', '--connect-tcp', 'connectTcp'],
] as const;

function ofPort({ right: bit, path }: DeniedCall, kept: Capabilities): About {
  const [right, option, name] = ofPorts[bit - netRights] ?? ofPorts[0];
  const port = Number(path.toString());
  // The rule alone would not be enough.
  if (right === 'bind_tcp' && isTooLow(port, kept)) return { port, right };
  return { port, right, add: { options: [option, String(port)], net: { [name]: [port] } } };
}

/** The other scopes stay. */
function withoutScope(right: 'signal' | 'abstract_unix_socket', policy: LandlockPolicy): Pick<About, 'right' | 'add'> {
  const scope = policy.scope.filter((name) => name !== right);
  const options = ['--scope', scope.length === 0 ? 'none' : scope.join(',')];
  return { right, add: { options, scope } };
}

/** No rule allows it. */
function ofTrace({ path, other }: DeniedCall): About {
  const right = 'ptrace';
  return other.length === 0
    ? { target: Number(path.toString()), right }
    : { path: path.toString(), target: Number(other.toString()), right };
}

/** The program that made the socket chose its name. */
function socketName(text: string): string {
  const bytes = Buffer.from(text.slice(1), 'hex').toString('latin1');
  const shown = (one: string) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return `@${bytes.replaceAll(/[^ -~]|\\/g, shown)}`;
}

/**
 * Explains denials by the texts of a policy's rules alone. No name that a program chose is looked up: a program could
 * lead this process to a file system that never answers.
 */
export class Explainer {
  /** The texts of the rules' paths. */
  readonly #rules: ReadonlySet<string>;

  readonly #denying: Denying;

  constructor(denying: Denying) {
    this.#denying = denying;
    this.#rules = new Set(denying.landlock.paths.map(({ path }) => pathOf(path)));
  }

  /** @param time - of the report */
  explain(denied: DeniedCall, time: Date): Omit<Denial, 'count'> {
    const { pid, errno } = denied;
    const made = { time: time.toISOString(), pid, program: denied.program.toString() };
    if (denied.right === byFilter)
      return { ...made, layer: 'seccomp', errno, ...ofFilter(denied.path.toString(), this.#denying.seccomp) };
    return { ...made, layer: 'landlock', call: denied.call, errno, ...this.#about(denied) };
  }

  #about(denied: DeniedCall): About {
    if (denied.right < netRights) return this.#ofFile(denied);
    const { landlock, kept } = this.#denying;
    const text = denied.path.toString();
    if (denied.right === byTrace) return ofTrace(denied);
    if (denied.right === bySignal) return { target: Number(text), ...withoutScope('signal', landlock) };
    if (denied.right === bySocket)
      return { target: socketName(text), ...withoutScope('abstract_unix_socket', landlock) };
    return ofPort(denied, kept);
  }

  #ofFile(denied: DeniedCall): About {
    const right = fsRightOf(denied.right);
    const path = denied.path.toString();
    const to = denied.other.length === 0 ? undefined : denied.other.toString();
    const rule = this.#nearest(path);
    const add = isText(denied.path) && isText(denied.other) ? additionFor(right, path, to) : undefined;
    return {
      path,
      ...(to === undefined ? {} : { to }),
      right,
      ...(rule === undefined ? {} : { rule }),
      ...(add === undefined ? {} : { add }),
    };
  }

  #nearest(path: string): string | undefined {
    for (let at = path; ; at = dirname(at)) {
      if (this.#rules.has(at)) return at;
      if (at === '/' || at === '.') return undefined;
    }
  }
}

function isText(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString()).equals(bytes);
}

/** Rights of a file or directory itself, and the least access that grants them. */
const ofFile: Readonly<Record<string, 'ro' | 'rx' | 'rw'>> = {
  read_file: 'ro',
  read_dir: 'ro',
  execute: 'rx',
  write_file: 'rw',
  truncate: 'rw',
};

/** Rights that no option grants: a rule has to name them. */
const unusual: ReadonlySet<string> = new Set(['make_char', 'make_block']);

function additionFor(right: FsRight, path: string, to: string | undefined): DenialAddition {
  const access = ofFile[right];
  if (access !== undefined) return granting(access, path);
  if (to !== undefined) return movingBetween(dirname(path), dirname(to));
  if (right === 'resolve_unix') return { options: ['--unix', path], path: pathRule(path, [right]) };
  if (unusual.has(right)) return { path: pathRule(dirname(path), [right]) };
  return granting('rw', dirname(path));
}

/** A process has its own directory in proc(5), and the next one has another. */
const ofProcess = /^\/proc\/\d+(?=\/|$)/;

function granting(access: 'ro' | 'rx' | 'rw', denied: string): DenialAddition {
  const path = ofProcess.test(denied) ? '/proc' : denied;
  return { options: [`--${access}`, path], path: { [access]: path } };
}

/** No option allows moving files between directories. */
function movingBetween(from: string, to: string): DenialAddition {
  return from === to ? granting('rw', from) : { path: { rw: [from, to], refer: true } };
}
