import type { FeatureReport } from '@sb/core';
import type { Machine } from '@sb/seccomp';

import { letsThrough, type Question } from '../filter/questions.js';
import type { LayerPolicies } from './layers.js';
import { pathOf } from '../policy/path-text.js';

const AF_UNIX = 1;
const [SOCK_DGRAM, SOCK_RAW] = [2, 3] as const;
const typeOf = (value: number) => ({ mask: 0xf, value });

/**
 * Calls that make a unix socket that can be connected anywhere; an io_uring and socketcall of i386 do so without them.
 */
const unixQuestions: readonly Question[] = [
  ['socket', AF_UNIX],
  ['socketpair', AF_UNIX, typeOf(SOCK_DGRAM)],
  ['socketpair', AF_UNIX, typeOf(SOCK_RAW)],
  ['io_uring_setup'],
  ['socketcall', 1],
];

/** Calls that find an object by its key or name. `ipc` of i386 does so without them. */
const ipcQuestions: readonly Question[] = [['shmget'], ['semget'], ['msgget'], ['mq_open'], ['ipc']];

/** The features of these lines. */
export const sharedFeatureNames = ['unix_sockets', 'shared_ipc'] as const;

/** Facts that the lines depend on. */
export interface Situation {
  readonly layers: LayerPolicies;
  /** On which the filter is loaded; undefined without a filter. */
  readonly machine: Machine | undefined;
  /** The lines of Landlock and of the filter. */
  readonly lines: readonly FeatureReport[];
}

/**
 * Lines for connections to other processes, in addition to files and ports. A line is enforced if the filter denies
 * every such call, which is tested by asking it. Otherwise the line has the reason what is open. A grant is a line as
 * well.
 */
export function sharedFeatures(situation: Situation): readonly FeatureReport[] {
  return [
    lineOf({ feature: 'unix_sockets', questions: unixQuestions, reachable: reachableSockets(situation) }, situation),
    lineOf(
      {
        feature: 'shared_ipc',
        questions: ipcQuestions,
        reachable: 'all objects that its user may reach by key or name',
      },
      situation,
    ),
  ];
}

/** A line before its state is known. */
interface Subject {
  readonly feature: (typeof sharedFeatureNames)[number];
  /** It is open if one of these calls is allowed. */
  readonly questions: readonly Question[];
  /** What is open then. */
  readonly reachable: string;
}

function lineOf({ feature, questions, reachable }: Subject, { layers, machine, lines }: Situation): FeatureReport {
  const { seccomp } = layers;
  const line = { layer: 'seccomp', feature } as const;
  if (seccomp === undefined) return { ...line, state: 'off', reason: `no filter; open: ${reachable}` };
  if (machine === undefined) {
    const why = lines.find((one) => one.layer === 'seccomp' && one.feature === 'filter')?.reason ?? 'no filter';
    return { ...line, state: 'unsupported', reason: `${why}; open: ${reachable}` };
  }
  const isOpen = questions.some((question) => letsThrough(seccomp, machine, question));
  return isOpen ? { ...line, state: 'off', reason: `open: ${reachable}` } : { ...line, state: 'enforced' };
}

/** What Landlock allows to reach, if the filter allows making sockets. */
function reachableSockets({ layers, lines }: Situation): string {
  const isOn = (feature: string) => lines.some((line) => line.feature === feature && line.state === 'enforced');
  const named = (layers.landlock?.paths ?? []).filter(({ rights }) => rights.includes('resolve_unix'));
  const paths = named.map((rule) => pathOf(rule.path));
  const abstract = isOn('scope.abstract_unix_socket') ? [] : ['abstract sockets'];
  return [withPath(isOn('fs.resolve_unix'), paths), ...abstract].join(', and ');
}

function withPath(isBounded: boolean, paths: readonly string[]): string {
  if (isBounded) return paths.length === 0 ? 'no socket with a path' : `sockets at ${paths.join(' ')}`;
  const any = 'all sockets with a path that its user may reach';
  // Sockets are granted by path, but the kernel cannot distinguish them.
  return paths.length === 0
    ? any
    : `${any}, not only ${paths.join(' ')}, because Landlock before ABI 9 has no right for sockets`;
}
