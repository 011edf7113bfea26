/* What a supervisor reports, compared with the kernel's own log of the same attempts. */
import { once } from 'node:events';
import { dirname } from 'node:path';

import type { Denial, SandboxOptions } from '@sb/sandbox';

import { createSandbox } from '../src/index.js';
import { audited, type LoggedDenial } from './audit-log.js';
import { isExcused } from './unreported.js';

/** One program, which is run twice. */
export interface Subject {
  readonly name: string;
  /** Makes its place anew. */
  readonly start: () => Promise<{
    readonly policy: SandboxOptions;
    readonly command: readonly [file: string, ...args: readonly string[]];
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    /** What differs from run to run, as a text that replaces it. */
    readonly fold: (text: string) => string;
    /** Removes its place. */
    readonly end?: () => void;
  }>;
}

/** What came of one program. */
export interface Judgement {
  readonly name: string;
  /** Reports of different denials, and how often they happened. */
  readonly told: number;
  readonly times: number;
  /** Reports that the kernel's log of the other run does not have. */
  readonly wrong: readonly string[];
  /** Denials by the kernel in spite of the supervisor: those that were not reported. */
  readonly missed: readonly string[];
  /** Different denials of the other run. */
  readonly logged: number;
}

interface Run {
  readonly pid: number;
  readonly denials: readonly Denial[];
  readonly fold: (text: string) => string;
}

async function run({ start }: Subject, denials: boolean): Promise<Run> {
  const { policy, command, cwd, env, fold, end } = await start();
  const { landlock } = policy;
  if (landlock === 'off') throw new Error('nothing is restricted');
  const choice = typeof landlock === 'object' ? landlock : landlock === undefined ? {} : { preset: landlock };
  // What the launcher itself tries as a proof is not of the program.
  const logging = { ...policy, landlock: { ...choice, log: { sameExec: false, newExec: true } } } as SandboxOptions;
  const [file, ...args] = command;
  const options = {
    stdio: 'ignore',
    denials,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  } as const;
  const child = createSandbox(logging).spawn(file, args, options);
  const closed = once(child, 'close');
  await child.enforcement;
  await closed;
  await child.denials?.ended;
  end?.();
  const all = child.denials?.all ?? [];
  return { pid: child.pid ?? 0, fold, denials: all.filter(({ layer }) => layer === 'landlock') };
}

/** Runs each program without a supervisor and with one, under the kernel's log. */
export async function judge(subjects: readonly Subject[]): Promise<readonly Judgement[]> {
  const [runs, log] = await audited(async () => {
    const done: (readonly [string, Run, Run])[] = [];
    for (const subject of subjects) {
      const [plain, watched] = await Promise.all([run(subject, false), run(subject, true)]);
      done.push([subject.name, plain, watched]);
    }
    return done;
  });
  const of = ({ pid, fold }: Run) => log.filter((one) => one.pid === pid).map((one) => folded(one, fold));
  return runs.map(([name, plain, watched]) => {
    const [logged, missed] = [of(plain), of(watched)];
    const told = watched.denials.map((one) => [one, keysOf(one, watched.fold)] as const);
    const wrong = told.filter(([, keys]) => !logged.some((record) => keys.some((key) => record.keys.includes(key))));
    return {
      name,
      told: told.length,
      times: told.reduce((sum, [{ count }]) => sum + count, 0),
      wrong: wrong.map(([one]) => JSON.stringify(one)),
      missed: [...new Map(missed.map(({ event, line }) => [event, line])).values()],
      logged: new Set(logged.map(({ keys }) => keys.join())).size,
    };
  });
}

/** How much of what the kernel logged was told: of all of it, and of what a supervisor can know. */
export interface Recall {
  readonly reports: number;
  readonly ofAll: number;
  readonly ofKnowable: number;
  readonly text: string;
}

/**
 * @param judged - programs that were judged
 * @param isUnknowable - whether a line of the log is of a denial that no supervisor can know on this kernel
 */
export function recallOf(judged: readonly Judgement[], isUnknowable = isExcused): Recall {
  const sum = (of: (one: Judgement) => number) => judged.reduce((total, one) => total + of(one), 0);
  const [reports, times] = [sum((one) => one.told), sum((one) => one.times)];
  const missed = judged.flatMap((one) => one.missed);
  const knowable = missed.filter((line) => !isUnknowable(line));
  const [ofAll, ofKnowable] = [missed, knowable].map((lines) => times / (times + lines.length)) as [number, number];
  const percent = (part: number) => `${(100 * part).toFixed(2)} %`;
  const text = `${reports} reports, ${times} denials, ${missed.length} more not told: ${percent(ofAll)} of all, ${percent(ofKnowable)} of what can be known`;
  return { reports, ofAll, ofKnowable, text };
}

/** A process has other numbers in another run; a file without a name is logged with a number in its directory. */
const numbered = (text: string) =>
  text
    .replaceAll(/^\/proc\/\d+(?=\/|$)/g, '/proc/N')
    .replaceAll(/\/task\/\d+/g, '/task/N')
    .replaceAll(/(?<=.)\/#\d+ \(deleted\)$/g, '');

function folded({ rights, place, event, line }: LoggedDenial, fold: Run['fold']) {
  const at = fold(numbered(place));
  return { event, line: fold(line), keys: rights.map((right) => `${right} ${withoutPlace.has(right) ? '' : at}`) };
}

/** Rights that the kernel logs with a process. */
const withoutPlace: ReadonlySet<string> = new Set(['signal', 'ptrace']);

/** Rights that the kernel logs with the directory of the entry. */
const ofEntries = /^(?:make|remove|refer)/;

function keysOf({ right = '', path, to, port, target }: Denial, fold: Run['fold']): readonly string[] {
  if (withoutPlace.has(right)) return [`${right} `];
  if (target !== undefined) return [`${right} ${fold(`@${bytesOf(String(target))}`)}`];
  const named = [path, to].flatMap((one) => (one === undefined ? [] : [fold(numbered(one))]));
  const places = ofEntries.test(right) ? named.map((one) => dirname(one)) : named;
  return [...places, ...(port === undefined ? [] : [String(port)])].map((place) => `${right} ${place}`);
}

/** A name as it is shown, in hexadecimal. */
function bytesOf(target: string): string {
  const plain = target
    .slice(1)
    .replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1').toString('hex');
}
