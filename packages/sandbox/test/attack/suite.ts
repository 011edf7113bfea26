/*
 * Attacks from inside a sandbox, by the probe: as a user that was switched to, as root that stays root, and as an
 * ordinary user that made its own sandbox. Each is tried outside as well, where it must end otherwise.
 */
import type { SandboxOptions } from '@sb/sandbox';
import {
  type Attempt,
  missing,
  parseProbe,
  probeArguments,
  probePath,
  runProgram,
  temporaryFolder,
  type TemporaryFolder,
} from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox, type Sandbox } from '../../src/index.js';
import { inContainer, inPodman } from '../engines.js';
import { collect, type Started, startIn, type StartRequest } from '../start.js';
import { elsewhere, keyOf } from './elsewhere.js';
import { makePlace, nobody, type Place } from './place.js';

/** Who attacks from inside. */
export const attackers = ['switched', 'root', 'ordinary'] as const;

/** One of {@link attackers}. */
export type Attacker = (typeof attackers)[number];

/** Who tries the same outside. */
type Free = 'root' | 'ordinary';

/** An answer that is the same for all, or one for each. */
type Answers<Who extends string> = string | Readonly<Record<Who, string>>;

/** One thing to attempt. */
export interface Attack {
  readonly attempt: Attempt;
  /** What the kernel answers outside, to root and to an ordinary user. */
  readonly control: Answers<Free>;
  /** What it answers inside. */
  readonly denied: Answers<Attacker>;
}

/** Short for an attack that works for everybody outside. */
export function works(attempt: Attempt, denied: Attack['denied']): Attack {
  return { attempt, control: 'OK', denied };
}

/** Short for an attack that works for root only. */
export function worksForRoot(attempt: Attempt, denied: Attack['denied'], ordinary = 'EPERM'): Attack {
  return { attempt, control: { root: 'OK', ordinary }, denied };
}

/** A theme of attacks. */
export interface Theme {
  /** What is tried; called for every leg with a place of its own. */
  readonly attacks: (place: Place) => readonly Attack[];
  /** What must still work inside. */
  readonly twins?: (place: Place) => readonly Attempt[];
  /** On top of the default policy. */
  readonly policy?: (place: Place) => SandboxOptions;
  /** Default: all. */
  readonly attackers?: readonly Attacker[];
  /** What is lawfully changed, as `damage()` of a place says it. */
  readonly changes?: boolean;
}

function answerOf<Who extends string>(answers: Answers<Who>, who: Who): string {
  return typeof answers === 'string' ? answers : answers[who];
}

const idsOf = (who: Attacker | Free) => (who === 'root' ? {} : nobody);
const named = (attempt: Attempt) => attempt.join(' ').replace(/\.{4,}/, '…');

/** Tries everything outside; the answers in order. */
async function outside(who: Free, attempts: readonly Attempt[]): Promise<readonly string[]> {
  const result = await runProgram(probePath(), ['--apart', ...probeArguments(attempts)], idsOf(who));
  if (result.status !== 0) throw new Error(`the probe ended with ${result.status ?? result.signal}: ${result.stderr}`);
  return parseProbe(result.stdout, attempts.length).map(({ outcome }) => outcome);
}

/**
 * Tries everything in a sandbox; the answers in order.
 *
 * @param apart - `together`: in one process, which the sandbox's maker is the parent of
 */
export async function inside(
  who: Attacker,
  attempts: readonly Attempt[],
  policy: SandboxOptions = {},
  apart: 'apart' | 'together' = 'apart',
): Promise<readonly string[]> {
  const args = [...(apart === 'apart' ? ['--apart'] : []), ...probeArguments(attempts)];
  const started = await startAs(who, { policy, program: probePath(), args });
  if (started.status !== 0) throw new Error(`the probe did not run to its end: ${JSON.stringify(started)}`);
  return parseProbe(started.stdout ?? '', attempts.length).map(({ outcome }) => outcome);
}

const table = (attempts: readonly Attempt[], answers: readonly string[]) =>
  attempts.map((attempt, index) => `${named(attempt)}: ${answers[index]}`);

/** Starts a program in a sandbox: ours, or that of a process of an ordinary user. */
export async function startAs(who: Attacker, request: StartRequest): Promise<Started> {
  if (who === 'ordinary') return await startIn(request, nobody);
  const user = who === 'switched' ? { user: 'nobody' } : {};
  return await collect(createSandbox({ ...request.policy, ...user }).spawn(request.program, request.args));
}

/** Engines that a sandbox is exported to, by who runs them. */
const engines = {
  'crun, run by root': async (sandbox: Sandbox, attempts: readonly Attempt[], given: Given) => {
    const { text, missing: gaps } = await sandbox.export('oci');
    return { answers: inContainer(given.folder, text, attempts, given), gaps };
  },
  'Podman, run by an ordinary user': async (sandbox: Sandbox, attempts: readonly Attempt[], given: Given) => {
    const { text, missing: gaps } = await sandbox.export('docker', ['/probe']);
    return { answers: inPodman(given.folder, text, attempts, { ...given, isRootless: true }), gaps };
  },
} as const;

interface Given {
  readonly folder: TemporaryFolder;
  readonly copies: readonly string[];
}

/** The same attempts in a container with what was exported: the same answers, but for those that are listed. */
async function expectSameIn(engine: keyof typeof engines, name: string, theme: Theme): Promise<void> {
  const who = theme.attackers?.includes('switched') === false ? 'root' : 'switched';
  using place = await makePlace(idsOf(who));
  using folder = temporaryFolder();
  const attacks = theme.attacks(place);
  const twins = theme.twins?.(place) ?? [];
  const attempts = [...attacks.map(({ attempt }) => attempt), ...twins];
  const own = [...attacks.map(({ denied }) => answerOf(denied, who)), ...twins.map(() => 'OK')];
  const sandbox = createSandbox({ ...theme.policy?.(place), ...(who === 'switched' ? { user: 'nobody' } : {}) });
  const copies = [place.folder, '/etc/passwd', '/etc/hosts'];
  const { answers, gaps } = await engines[engine](sandbox, attempts, { folder, copies });
  const listed = elsewhere[name] ?? {};
  const keys = attempts.map((attempt) => keyOf(named(attempt), place));
  const wanted = keys.map((key, index) => listed[key]?.there ?? own[index]);
  expect(keys.map((key, index) => `${key}: ${answers[index]}`)).toEqual(
    keys.map((key, index) => `${key}: ${wanted[index]}`),
  );
  // Each row is needed, and what works there is in the export's own list.
  const differing = new Set(keys.filter((_, index) => wanted[index] !== own[index]));
  expect(Object.keys(listed).sort()).toEqual([...differing].sort());
  const open = keys.filter((_, index) => wanted[index] === 'OK' && own[index] !== 'OK');
  const features = new Set(gaps.map(({ feature }) => feature));
  expect(open.filter((key) => !features.has(listed[key]?.why ?? ''))).toEqual([]);
}

/** The tests of a theme. */
export function describeAttacks(name: string, theme: Theme): void {
  describe(`attacks ${name}`, () => {
    it.each(['root', 'ordinary'] as const)('works, or fails otherwise, without a sandbox for %s', async (who) => {
      using place = await makePlace(idsOf(who));
      const attacks = theme.attacks(place);
      const attempts = attacks.map(({ attempt }) => attempt);
      const expected = attacks.map(({ control }) => answerOf(control, who));
      expect(table(attempts, await outside(who, attempts))).toEqual(table(attempts, expected));
    });

    it.each(theme.attackers ?? attackers)('fails inside for %s', async (who) => {
      using place = await makePlace(idsOf(who));
      const attacks = theme.attacks(place);
      const twins = theme.twins?.(place) ?? [];
      const attempts = [...attacks.map(({ attempt }) => attempt), ...twins];
      const expected = [...attacks.map(({ denied }) => answerOf(denied, who)), ...twins.map(() => 'OK')];
      const answers = await inside(who, attempts, theme.policy?.(place));
      expect(table(attempts, answers)).toEqual(table(attempts, expected));
      if (theme.changes !== true) expect(place.damage()).toEqual([]);
      const blind = attacks.filter(({ control, denied }) =>
        [answerOf(control, 'root'), answerOf(control, 'ordinary')].every((free) => free === answerOf(denied, who)),
      );
      expect(blind.map(({ attempt }) => named(attempt))).toEqual([]);
    });

    it.skipIf(missing('crun', 'podman', 'rootless')).each(Object.keys(engines) as readonly (keyof typeof engines)[])(
      'gets the same answers in %s, or those that are listed',
      { timeout: 120_000 },
      async (engine) => await expectSameIn(engine, name, theme),
    );
  });
}
