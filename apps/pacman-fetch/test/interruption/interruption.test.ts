/* Interrupted at each moment of each command: nothing half has its name, nothing is left that runs or stands in the way, and
 the next run goes on from there. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

import { missing, someOf, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../kit/fetch-program.js';
import { makeRepository, type Repository } from '../pacman/repository.js';
import { Family } from './family.js';
import { InterruptedMachine, type Running } from './interrupted-machine.js';
import { type CommandName, database, type Moment, moments, packages, type Stop } from './moments.js';
import { startStoppingMirror, type StoppingMirror } from './stopping-mirror.js';

const folder = temporaryFolder();
const signals = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
const names = [database, ...packages].flatMap((name) => [name, `${name}.sig`]);
const statuses = { SIGINT: 130, SIGTERM: 143, SIGKILL: null } as const;
const question = 'Proceed with installation?';

let repository: Repository;
let mirror: StoppingMirror;
let machine: InterruptedMachine;
let databases: string;

const folderOf = (name: string): string => (name.startsWith(database) ? machine.sync : machine.cache);
const lock = (): string => join(machine.database, 'db.lck');
const files = (): readonly string[] => [machine.sync, machine.cache].flatMap((path) => machine.filesIn(path));
const isThere = (name: string): boolean => existsSync(join(folderOf(name), name));

/** Bytes of `FILE.part`. */
function partOf(name: string): number {
  return statSync(join(folderOf(name), `${name}.part`), { throwIfNoEntry: false })?.size ?? 0;
}

/** Waits for the moment and sends the signal; where the program sends it itself, there is nothing to do. */
async function interrupt(moment: Moment, signal: NodeJS.Signals, { child }: Running, stop?: Promise<void>) {
  if ('call' in moment) return;
  if ('stop' in moment) {
    await stop;
    const { file, after } = moment.stop;
    const half = Math.floor(repository.read(file).length / 2);
    if (after === 'half of the body') await eventually(`half of ${file}`, () => partOf(file) === half);
  } else await eventually('a question to pacman', () => machine.isAsked);
  child.kill(signal);
}

function start(command: CommandName, moment: Moment, signal: NodeJS.Signals): Running {
  if ('call' in moment) return machine.begin(command, { atCall: { ...moment.call, signal } });
  return machine.begin(command, { isHeld: 'isAsked' in moment });
}

/** Whatever has a name is whole and right, a part is the beginning of it, and nothing else is there. */
function expectNothingHalf(): void {
  for (const found of files()) {
    const name = found.replace(/\.part$/, '');
    expect(names).toContain(name);
    const [whole, bytes] = [repository.read(name), readFileSync(join(folderOf(name), found))];
    if (found === name) expect(bytes.equals(whole), name).toBe(true);
    else expect(whole.subarray(0, bytes.length).equals(bytes), found).toBe(true);
  }
  // Who sees a file sees its signature.
  for (const name of [database, ...packages]) {
    if (isThere(name)) expect(isThere(`${name}.sig`), name).toBe(true);
  }
}

/** The same command again does all that is to be done, and goes on with what a package has. */
async function expectNextRun(command: CommandName, stopped: Stop | undefined): Promise<void> {
  const begun = packages.find((name) => name === stopped?.file && stopped.after === 'half of the body');
  const bytes = begun === undefined ? 0 : partOf(begun);
  if (begun !== undefined) expect(bytes).toBeGreaterThan(0);
  mirror.goOn();
  const before = mirror.requests.length;
  const run = machine.begin(command, { input: 'y\n' });
  const { status } = await run.ended;
  expect(status, run.said()).toBe(0);
  expect(run.said()).not.toMatch(/error|warning/);
  const wanted = { refresh: [database], prefetch: [database, ...packages], pacman: [database, ...packages] }[command];
  expect(files().toSorted()).toEqual(wanted.flatMap((name) => [name, `${name}.sig`]).toSorted());
  expectNothingHalf();
  expect(existsSync(lock())).toBe(false);
  if (begun === undefined) return;
  const request = mirror.requests.slice(before).find(({ url }) => url === `/${begun}`);
  expect(request?.headers.range).toBe(`bytes=${bytes}-`);
}

describe.skipIf(missing('root', 'linux', 'pacman', 'landlock6'))('interrupted', () => {
  beforeAll(async () => {
    repository = makeRepository(folder.path);
    mirror = await startStoppingMirror(Object.fromEntries(names.map((name) => [name, repository.read(name)])));
    mkdirSync(folder.file('machine'));
    const options = ['ParallelDownloads = 1'];
    machine = new InterruptedMachine(folder.file('machine'), {
      servers: [mirror.origin],
      signedBy: repository,
      options,
    });
    await machine.run('refresh');
    databases = folder.file('databases');
    cpSync(machine.sync, databases, { recursive: true, preserveTimestamps: true });
  });
  afterAll(async () => {
    await mirror[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const cases = Object.entries(moments).flatMap(([command, all]) =>
    all.flatMap((moment) =>
      signals.map((signal) => ({ command: command as CommandName, moment, signal, when: moment.name })),
    ),
  );
  // Each moment, and each signal to each command, and at each kind of moment; test:long takes all.
  const some = someOf(cases, ({ command, when, signal, moment }) => [
    when,
    `${command} ${signal}`,
    ...['stop', 'call', 'isAsked'].filter((kind) => kind in moment).map((kind) => `${kind} ${signal}`),
  ]);

  it.each(some)('$command $when, by $signal', async ({ command, moment, signal }) => {
    machine.reset(command === 'prefetch' ? databases : undefined);
    mirror.goOn();
    const stopped = 'stop' in moment ? moment.stop : undefined;
    const stop = stopped === undefined ? undefined : mirror.stopAt(stopped);
    const running = start(command, moment, signal);
    using family = new Family(running.child.pid ?? 0);
    await interrupt(moment, signal, running, stop);
    family.freeze();
    const ended = await running.ended;
    expect(ended).toEqual({ status: statuses[signal], signal: signal === 'SIGKILL' ? signal : null });
    // A pacman that we can't take along ends by itself.
    if (signal === 'SIGKILL') machine.answer();
    await eventually(`the end of ${family.size} processes`, () => family.alive().length === 0);
    if (signal !== 'SIGKILL') expect(existsSync(lock())).toBe(false);
    expectNothingHalf();
    await expectNextRun(command, stopped);
  });

  it.each(signals)('pacman while pacman runs, by %s: as pacman itself does', async (signal) => {
    const ends = [];
    for (const begin of [() => machine.beginPacman(), () => machine.begin('pacman')]) {
      machine.reset(databases);
      mirror.goOn();
      const running = begin();
      using family = new Family(running.child.pid ?? 0);
      await eventually('a question of pacman', () => running.said().includes(question));
      family.freeze();
      running.child.kill(signal);
      const { status, signal: by } = await running.ended;
      await eventually('the end of pacman', () => family.alive().length === 0);
      ends.push({ status: by === null ? status : 128 + constants.signals[by], isLocked: existsSync(lock()) });
    }
    const [alone, ours] = ends;
    // It may be in the middle of a transaction, so it isn't taken along: nobody answers it any more, and it ends in order.
    expect(ours).toEqual(signal === 'SIGKILL' ? { status: 137, isLocked: false } : alone);
    // What pacman itself leaves where it is ended in another way than by Ctrl-C.
    rmSync(lock(), { force: true });
    expectNothingHalf();
    await expectNextRun('pacman', undefined);
  });
});
