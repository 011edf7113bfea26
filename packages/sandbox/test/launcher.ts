import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import * as caps from '@sb/caps';
import * as landlock from '@sb/landlock';
import * as privdrop from '@sb/privdrop';
import * as seccomp from '@sb/seccomp';
import { parseProbe, probeArguments, probePath, reachableProgram, temporaryFolder, type Attempt } from '@sb/test-kit';

import { compiledOf, sbExec, writeCompiled } from './compiled.js';
import { launch } from '../src/launch/launch.js';
import { anonymousFile, launcherPath } from '../src/native.js';
import { encodeProcess, joinRecords, type ProcessRecord } from '../src/launch/process-record.js';
import { type LauncherStatus, parseStatus } from '../src/launch/status.js';

/** How a launch went: what the launcher said, and what the target did. */
export interface Outcome {
  readonly status: LauncherStatus;
  readonly exit: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process record for a program, with nothing but what a test changes. */
export function processOf(argv: readonly string[], changes: Partial<ProcessRecord> = {}): Uint8Array {
  return encodeProcess({
    newSession: true,
    dieWithParent: true,
    newKeyring: false,
    parent: process.pid,
    writeDenied: true,
    umask: 0o077,
    rlimits: {},
    keep: [0, 1, 2],
    cwd: '/',
    path: argv[0] ?? '',
    argv,
    env: { PATH: '/usr/bin:/bin' },
    ...changes,
  });
}

/** Runs the launcher on records to the end of whatever comes of it. */
export async function run(records: readonly Uint8Array[]): Promise<Outcome> {
  return await runBytes(joinRecords(records));
}

/** The same with bytes that need not be records. */
export async function runBytes(bytes: Uint8Array): Promise<Outcome> {
  const { child, status } = launch(bytes, ['ignore', 'pipe', 'pipe']);
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('no pipes');
  const [said, out, err, [code, signal]] = await Promise.all([status, text(stdout), text(stderr), ended]);
  return { status: said, exit: signal ?? code, stdout: out, stderr: err };
}

/** The two programs that apply records: the launcher, and sb-exec, which finds them in a file. */
export const programs = ['launcher', 'sb-exec'] as const;

/** Runs sb-exec on records that a file holds, as {@link run} runs the launcher. */
export async function runCompiled(records: readonly Uint8Array[]): Promise<Outcome> {
  using folder = temporaryFolder(0o755);
  const file = writeCompiled(folder.file('compiled'), compiledOf(joinRecords(records)));
  const stdio = ['ignore', 'pipe', 'pipe', 'pipe'] as const;
  const child = spawn(sbExec(), ['--report-fd', '3', file], { stdio: [...stdio], env: {} });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const texts = child.stdio.slice(1).map(async (stream) => await text(stream as Readable));
  const [[code, signal], out = '', err = '', said = ''] = await Promise.all([ended, ...texts]);
  return { status: parseStatus(said), exit: signal ?? code, stdout: out, stderr: err };
}

/**
 * Runs the launcher or sb-exec under a filter: one launcher loads it and executes a second one, whose status this is.
 *
 * @param wrapper - a program that executes the second one
 */
export async function runUnder(
  filter: Uint8Array,
  records: readonly Uint8Array[],
  wrapper: readonly string[] = [],
  program: (typeof programs)[number] = 'launcher',
): Promise<{ status: LauncherStatus; exit: unknown }> {
  using folder = temporaryFolder(0o755);
  const file = writeCompiled(folder.file('compiled'), compiledOf(joinRecords(records)));
  const source = anonymousFile(joinRecords(records));
  const inner =
    program === 'launcher'
      ? [reachableProgram(launcherPath(), 'launcher'), '3', '4']
      : [sbExec(), '--report-fd', '4', file];
  const outer = processOf([...wrapper, ...inner], {
    keep: [0, 1, 2, 3, 4],
    newSession: false,
    // The signal would be the second one's too.
    dieWithParent: false,
    parent: 0,
  });
  const { child, status } = launch(joinRecords([outer, filter]), ['ignore', 'ignore', 'inherit', source, 'pipe']);
  closeSync(source);
  const [first, said, [exit]] = await Promise.all([status, text(child.stdio[4] as Readable), once(child, 'close')]);
  if (first.kind !== 'executed') throw new Error(`the outer launcher failed: ${JSON.stringify(first)}`);
  return { status: parseStatus(said), exit };
}

/** The records of every layer for the user nobody, as this kernel takes them. */
export function allLayers(
  changes: { readonly paths?: readonly ReturnType<typeof landlock.rx>[] } = {},
): readonly Uint8Array[] {
  const user = privdrop.policy({ user: 'nobody' });
  const rules = landlock.policy({
    abi: 6,
    paths: [...(changes.paths ?? []), landlock.rx(probePath()), landlock.ro('/etc', '/proc')],
    net: { connectTcp: [443], bindTcp: [] },
    scope: ['signal', 'abstract_unix_socket'],
  });
  return [
    caps.plan(caps.none(), caps.support(), { userSwitch: true }).record,
    privdrop.plan(user, privdrop.support()).record,
    landlock.plan(rules, landlock.support()).record,
    seccomp.plan(seccomp.policy({ base: 'deny-dangerous' }), seccomp.support()).record,
  ];
}

/** What the kernel answers to the probe's attempts under some records. */
export async function attack(attempts: readonly Attempt[], layers: readonly Uint8Array[]): Promise<readonly string[]> {
  const outcome = await run([processOf([probePath(), ...probeArguments(attempts)]), ...layers]);
  if (outcome.exit !== 0) throw new Error(`the probe did not run: ${JSON.stringify(outcome)}`);
  return parseProbe(outcome.stdout, attempts.length).map((result) => result.outcome);
}
