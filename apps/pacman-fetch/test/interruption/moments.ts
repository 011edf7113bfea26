/** The commands that are interrupted. */
export type CommandName = 'refresh' | 'prefetch' | 'pacman';

/** The files that they bring, the largest package first. */
export const database = 'test.db';
export const packages = ['pkg10-1-1-any.pkg.tar.zst', 'pkg1-1-1-any.pkg.tar.zst'] as const;
const [large, small] = packages;

/** Where the mirror stops, and what it has sent before. */
export interface Stop {
  /** Name of the file that is asked for. */
  readonly file: string;
  readonly after: 'nothing' | 'part of the header' | 'half of the body';
}

/** A function of Node that the program itself calls. */
export interface Call {
  readonly module: string;
  readonly name: string;
  /** One of its arguments ends like this. */
  readonly argument?: string;
  /** When it has done what it does. Default: before. */
  readonly isAfter?: boolean;
}

/** When a command is interrupted: an event, never a time. */
export type Moment = { readonly name: string } & (
  | { readonly stop: Stop }
  | { readonly call: Call }
  /** pacman is asked something. */
  | { readonly isAsked: true }
);

const lock: Call = { module: 'node:fs', name: 'linkSync', argument: '/db.lck', isAfter: true };
const beforeName = (file: string): Call => ({ module: 'node:fs', name: 'renameSync', argument: `/${file}` });
const verification: Call = { module: 'node:crypto', name: 'createHash' };
const asked = { name: 'while pacman is asked', isAsked: true } as const;

/** The moments of each command; while pacman itself runs is one more of the last one's. */
export const moments: Readonly<Record<CommandName, readonly Moment[]>> = {
  refresh: [
    { name: 'with the lock just taken', call: lock },
    { name: 'before the first byte', stop: { file: database, after: 'nothing' } },
    { name: 'within a header', stop: { file: database, after: 'part of the header' } },
    { name: 'within a database', stop: { file: database, after: 'half of the body' } },
    { name: 'at a signature', stop: { file: `${database}.sig`, after: 'nothing' } },
    { name: 'between the names of a signature and its database', call: beforeName(database) },
    asked,
  ],
  prefetch: [
    asked,
    { name: 'before the first byte', stop: { file: large, after: 'nothing' } },
    { name: 'within a header', stop: { file: large, after: 'part of the header' } },
    { name: 'within a package', stop: { file: large, after: 'half of the body' } },
    { name: 'at a signature', stop: { file: `${large}.sig`, after: 'nothing' } },
    { name: 'between two packages', stop: { file: small, after: 'nothing' } },
    { name: 'at verification', call: verification },
    { name: 'between the names of a signature and its package', call: beforeName(large) },
  ],
  pacman: [
    { name: 'before the first byte', stop: { file: database, after: 'nothing' } },
    { name: 'within a header', stop: { file: database, after: 'part of the header' } },
    { name: 'within a database', stop: { file: database, after: 'half of the body' } },
    asked,
    { name: 'within a package', stop: { file: large, after: 'half of the body' } },
    { name: 'at a signature', stop: { file: `${large}.sig`, after: 'nothing' } },
    { name: 'between two packages', stop: { file: small, after: 'nothing' } },
    { name: 'at verification', call: verification },
    { name: 'at a name', call: beforeName(small) },
  ],
};
