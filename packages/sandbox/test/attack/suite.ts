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
import { inContainer, inPodman, inUnit } from '../engines.js';
import { collect, type Started, startIn, type StartRequest } from '../start.js';
import { inContainers, inUnits, keyOf } from './elsewhere.js';
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

/** An engine that a sandbox is exported to. */
interface Engine {
  /** What it answers otherwise. */
  readonly elsewhere: typeof inContainers;
  /** Tries everything in it; the answers in order, and what the export says is missing. */
  readonly run: (sandbox: Sandbox, attempts: readonly Attempt[], given: Given) => Promise<Answered>;
}

interface Given {
  readonly folder: TemporaryFolder;
  readonly copies: readonly string[];
}

interface Answered {
  readonly answers: readonly string[];
  readonly gaps: readonly { readonly feature: string }[];
}

const engines: Readonly<Record<string, Engine>> = {
  'crun, run by root': {
    elsewhere: inContainers,
    run: async (sandbox, attempts, given) => {
      const { text, missing: gaps } = await sandbox.export('oci');
      return { answers: inContainer(given.folder, text, attempts, given), gaps };
    },
  },
  'Podman, run by an ordinary user': {
    elsewhere: inContainers,
    run: async (sandbox, attempts, given) => {
      const { text, missing: gaps } = await sandbox.export('docker', ['/probe']);
      return { answers: inPodman(given.folder, text, attempts, { ...given, isRootless: true }), gaps };
    },
  },
  'a unit of systemd': {
    elsewhere: inUnits,
    run: async (sandbox, attempts, { folder }) => {
      const words = [probePath(), '--apart', ...probeArguments(attempts)];
      const { text, missing: gaps } = await sandbox.export('systemd', words);
      return { answers: inUnit(folder, text, attempts.length), gaps };
    },
  },
};

/** The same attempts in another engine with what was exported: the same answers, but for those that are listed. */
async function expectSameIn({ elsewhere, run }: Engine, name: string, theme: Theme): Promise<void> {
  const who = theme.attackers?.includes('switched') === false ? 'root' : 'switched';
  using place = await makePlace(idsOf(who));
  using folder = temporaryFolder();
  const attacks = theme.attacks(place);
  const twins = theme.twins?.(place) ?? [];
  const attempts = [...attacks.map(({ attempt }) => attempt), ...twins];
  const own = [...attacks.map(({ denied }) => answerOf(denied, who)), ...twins.map(() => 'OK')];
  const sandbox = createSandbox({ ...theme.policy?.(place), ...(who === 'switched' ? { user: 'nobody' } : {}) });
  const copies = [place.folder, '/etc/passwd', '/etc/hosts'];
  const { answers, gaps } = await run(sandbox, attempts, { folder, copies });
  const listed = elsewhere[name] ?? {};
  const keys = attempts.map((attempt) => keyOf(named(attempt), place));
  const wanted = keys.map((key, index) => listed[key]?.there ?? own[index]);
  expect(keys.map((key, index) => `${key}: ${answers[index]}`)).toEqual(
    keys.map((key, index) => `${key}: ${wanted[index]}`),
  );
  // Each row is needed. Two themes have one name, so a row may be about the other one.
  const differing = keys.filter((_, index) => wanted[index] !== own[index]);
  const attempted = Object.keys(listed).filter((key) => keys.includes(key));
  expect(attempted.sort()).toEqual([...new Set(differing)].sort());
  // What works there, or is missing, is in the export's own list.
  const features = new Set(gaps.map(({ feature }) => feature));
  const isOpen = (key: string) => listed[key]?.there === 'OK' || /^(?:landlock|seccomp)\./.test(listed[key]?.why ?? '');
  expect(attempted.filter((key) => isOpen(key) && !features.has(listed[key]?.why ?? ''))).toEqual([]);
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

    it.skipIf(missing('crun', 'podman', 'rootless', 'systemdAnalyze')).each(Object.entries(engines))(
      'gets the same answers in %s, or those that are listed',
      { timeout: 120_000 },
      async (_engine, engine) => await expectSameIn(engine, name, theme),
    );
  });
}
