import { Neighbour, sandboxUser, stranger, type Tactic } from './neighbour.js';
import type { World } from './world.js';

/** One way to sit beside a command: where that writes, and who does what meanwhile. */
export interface Attack {
  readonly name: string;
  /** The directory of the {@link World} that the command works in. */
  readonly place: 'open' | 'theirs' | 'roots';
  /** What neighbours must have attempted by the end: a test in which they did nothing proves nothing. */
  readonly attempts: readonly string[];
  /** Whom neighbours are, and what they do. */
  readonly neighbours: (world: World, names: readonly string[]) => readonly Beside[];
}

interface Beside {
  readonly as: typeof stranger | typeof sandboxUser;
  readonly tactics: readonly Tactic[];
}

type Tactics = (world: World, at: string, names: readonly string[]) => readonly Tactic[];

const planted: Tactics = ({ secret }, at, names) => [['plant', at, `link=${secret}`, ...names]];

const pipes: Tactics = (_, at, names) => [['plant', at, 'fifo', ...names]];

const replaced: Tactics = ({ secret, kept, program }, at, names) => [
  ['react', at, `link=${secret}`],
  ['poll', at, `program=${program}`, ...names],
  ['trap', at, kept],
  ['hold', at],
];

const robbed: Tactics = ({ kept }, at) => [
  ['take', process.pid],
  ['react', at, `link=${kept}`],
  ['hold', at],
];

const by =
  (as: Beside['as'], place: Attack['place'], ...all: readonly Tactics[]): Attack['neighbours'] =>
  (world, names) => [{ as, tactics: all.flatMap((tactics) => tactics(world, world[place], names)) }];

/**
 * The attacks that run beside every command that root can call, in a few runs. A stranger attacks in a directory that all
 * may write in, in a directory that the stranger owns, and in a directory that root owns. Another process of the user that
 * downloads attacks as well.
 */
const all: readonly Attack[] = [
  {
    name: 'a stranger who plants links in an open directory',
    place: 'open',
    attempts: ['plant'],
    neighbours: by(stranger, 'open', planted),
  },
  {
    name: 'a stranger who plants FIFOs in an open directory',
    place: 'open',
    attempts: ['plant'],
    neighbours: by(stranger, 'open', pipes),
  },
  {
    name: 'a stranger who replaces what appears in an open directory',
    place: 'open',
    attempts: ['replace'],
    neighbours: by(stranger, 'open', replaced),
  },
  {
    name: 'a stranger who plants links in its own directory',
    place: 'theirs',
    attempts: ['plant'],
    neighbours: by(stranger, 'theirs', planted),
  },
  {
    name: 'a stranger who replaces what appears in its own directory',
    place: 'theirs',
    attempts: [],
    neighbours: by(stranger, 'theirs', replaced),
  },
  {
    name: 'a stranger, and a process of the same user that takes descriptors, beside a directory that root owns',
    place: 'roots',
    attempts: ['plant', 'take'],
    neighbours: (world, names) => [
      ...by(stranger, 'roots', planted, replaced)(world, names),
      ...by(sandboxUser, 'roots', robbed)(world, names),
    ],
  },
  {
    name: 'a process of the same user in an open directory',
    place: 'open',
    attempts: ['take'],
    neighbours: by(sandboxUser, 'open', robbed),
  },
];

/** {@link all} of them with their names, for `it.each`. */
export const attacks: readonly (readonly [name: string, attack: Attack])[] = all.map((attack) => [attack.name, attack]);

/** What came of an attack. */
interface Aftermath<T> {
  /** What the command returned. */
  readonly result: T;
  /** Kinds of what the neighbours attempted. */
  readonly attempts: readonly string[];
  /** What they gained: nothing, where all is well. */
  readonly gained: readonly string[];
}

/**
 * Runs a command beside an attack.
 *
 * @param names - what the command is expected to make or use in its directory
 * @param command - what is run; it gets the path of the directory
 * @throws Error where a neighbour can't begin, or fails
 */
export async function beside<T>(
  attack: Attack,
  world: World,
  { names, command }: { readonly names: readonly string[]; readonly command: (at: string) => Promise<T> },
): Promise<Aftermath<T>> {
  const neighbours: Neighbour[] = [];
  try {
    for (const one of attack.neighbours(world, names)) neighbours.push(await Neighbour.start(one));
    const result = await command(world[attack.place]);
    const ends = [];
    for (const neighbour of neighbours) ends.push(await neighbour.stop());
    const did = ends.flatMap((end) => end.did);
    const gained = ends.flatMap((end) => end.gained).map(({ what, on }) => `${what} on ${on}`);
    return { result, attempts: [...new Set(did.map(({ what }) => what))], gained: [...gained, ...world.gains()] };
  } finally {
    for (const neighbour of neighbours) await neighbour[Symbol.asyncDispose]();
  }
}

/** What a trial ends with in which the neighbour met nothing to attack; see {@link requireMet}. */
const unmet = 'the neighbour met nothing of the command';

/** For a test that calls {@link requireMet}: tried again, and for nothing else. */
export const untilMet = { retry: { count: 4, condition: new RegExp(unmet) } } as const;

/**
 * Holds a trial to its attack: one beside which nothing was attempted proves nothing. Under load a process may come and go
 * before the neighbour sees it; {@link untilMet} tries again.
 *
 * @throws Error
 */
export function requireMet(attack: Attack, attempts: readonly string[]): void {
  const missing = attack.attempts.filter((one) => !attempts.includes(one));
  if (missing.length > 0) throw new Error(`${unmet}: no ${missing.join(', no ')} among ${attempts.join(', ')}`);
}

/**
 * Ends a test in which a neighbour gained something. Such a test is never run again, as one that was too slow may be.
 *
 * @throws Error
 */
export function expectNothingGained(gains: readonly unknown[]): void {
  if (gains.length > 0) throw new Error(`the neighbour gained ${gains.map((gain) => JSON.stringify(gain)).join(', ')}`);
}
