import type { CapsOptions } from '@sb/caps';
import type { RequirementLevel } from '@sb/core';
import type { LandlockOptions, NetOptions, PathRule } from '@sb/landlock';
import type { Base, SeccompOptions } from '@sb/seccomp';

import type { ProfileName } from '../profile/profile.js';
import type { RlimitName } from './rlimits.js';

/** Whom to become: a login name, a uid, or either with a group. */
export type SandboxUser = string | number | { readonly user: string | number; readonly group?: string | number };

/** What of the file system stays, where nothing else is said; see the README for what each grants. */
export type FilesystemPreset = 'read-only' | 'minimal' | 'none';

/** Kinds of access that a short path rule may name, as the builders of `@sb/landlock` do. */
export type Access = 'ro' | 'rx' | 'rw' | 'rwx' | 'list';

/** A path rule of a document: one key of {@link Access} with its paths, for instance `{ rw: ['out'], optional: true }`. */
export type ShortRule = Readonly<Partial<Record<Access, string | readonly string[]>>> & {
  readonly optional?: boolean;
  readonly refer?: boolean;
};

/** A choice for the Landlock layer: a preset with additions, or everything by hand (`preset: 'none'`). */
export interface LandlockChoice extends Partial<Omit<LandlockOptions, 'require' | 'paths' | 'net'>> {
  /** Where to start from, in the place of a profile. Default: the profile. */
  readonly preset?: FilesystemPreset;
  /** More paths, relative to where the parent is when it makes the sandbox. */
  readonly paths?: readonly (PathRule | ShortRule)[];
  /** Ports that stay allowed, as for `@sb/landlock`; `any` leaves a right alone that a preset would restrict. */
  readonly net?: { readonly [Right in keyof NetOptions]: NetOptions[Right] | 'any' };
}

/** What a limit may be: a number in the kernel's unit, or none. */
export type RlimitValue = number | 'unlimited';

/** Variables by name. One that is undefined is left out, so that `process.env` is one. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a private temporary folder lies: beneath the caller's TMPDIR, or in memory (`/dev/shm`). */
export type TmpKind = 'private' | 'memory';

/** What {@link createSandbox} takes. Everything may be left out; what is left out is as strict as it can be. */
export interface SandboxOptions {
  /** Where an editor finds the schema of a document; means nothing here. */
  readonly $schema?: string;
  /** Whom the child becomes. Default: it stays who we are. */
  readonly user?: SandboxUser;
  /**
   * Supplementary groups of `user`: `none`, `initgroups` (those of its entries) or a list. Default: `none`. Where no user
   * is named the groups stay as they are, and none may be named.
   */
  readonly groups?: 'none' | 'initgroups' | readonly (string | number)[];
  /**
   * Level of a group that no other process has, in the place of the user's own, which becomes a supplementary one: a
   * random number, drawn when the sandbox is made. It keeps other processes of the user from tracing the child, and from
   * taking its descriptors or its memory; and they have no way into a folder that is root's and this group's. Where no
   * user is named there is none. Default: `off`.
   */
  readonly privateGroup?: RequirementLevel;
  /** Capabilities: `none` in any set, or what to keep. Default: `none`. */
  readonly caps?: 'none' | 'off' | Omit<CapsOptions, 'levels' | 'noNewPrivs'>;
  /**
   * What a kind of work needs: paths, ports, limits and a private temporary folder as in the README's table. The other
   * options add to it; it goes with no preset for files. No profile grants credentials. Default: `read`, unless
   * `landlock` names a preset.
   */
  readonly profile?: ProfileName;
  /** Files, ports, scopes. Default: what the profile says, without signals or abstract sockets out of it and without binding. */
  readonly landlock?: FilesystemPreset | 'off' | LandlockChoice;
  /** System calls. Default: `deny-dangerous`. */
  readonly seccomp?: Base | 'off' | Omit<SeccompOptions, 'level'>;
  /**
   * Unix sockets with a path that can be reached: these and those beneath these folders, or `any` that its user may.
   * The filter sees no path, and lets unix sockets be made or not; which, Landlock says from ABI 9 on (Linux 7.1). Before
   * that all are open where one is granted, and the report says so; `require: ['landlock.fs.resolve_unix']` refuses
   * instead. Abstract sockets are the scope's. Default: none; connected pairs stay.
   */
  readonly unix?: 'any' | readonly string[];
  /** Message queues, shared memory and semaphores of System V and POSIX, which processes of one user share. Default: false. */
  readonly ipc?: boolean;
  /** Limits, soft and hard alike, in the units of `getrlimit(2)`. Default: no core dumps. */
  readonly rlimits?: Readonly<Partial<Record<RlimitName, RlimitValue>>>;
  /**
   * The whole environment. Default: PATH, HOME, USER, LOGNAME, SHELL and how to talk to people (TERM, LANG, …). PATH and
   * HOME are the caller's where no user is named.
   */
  readonly env?: Environment;
  /**
   * A temporary folder for each start, which belongs to the user of the sandbox, is named by TMPDIR and can be written
   * in; nobody else of the machine's users can look into it. It goes when no process is left that was started in it, or
   * with the next start if this process is killed. `memory`: in `/dev/shm`. Default: none.
   */
  readonly tmp?: TmpKind;
  /** HOME is an empty folder beside the private temporary one, with which it goes. Needs `tmp`. Default: as `env` says. */
  readonly home?: 'tmp';
  /** Working directory. Default: ours. */
  readonly cwd?: string;
  /** File mode creation mask. Default: ours. */
  readonly umask?: number;
  /** Descriptors of ours that the child has under the same number, beside its standard streams. Default: none. */
  readonly keepDescriptors?: readonly number[];
  /**
   * A session and process group of its own, without a controlling terminal; but a command whose starter makes it lead a
   * session already, as node-pty does, keeps that one and its terminal. Default: true.
   */
  readonly newSession?: boolean;
  /**
   * The child is killed when the thread that started it ends. What it has started itself ends with it, unless `off` has
   * `process.descendants`. Default: true.
   */
  readonly dieWithParent?: boolean;
  /**
   * The child is the program that was started for good: it can execute no other in its place, by path or by descriptor.
   * Needs the filter, and one that lets no calls of other tables through (`foreign`, `x32`). Default: false.
   */
  readonly execOnce?: boolean;
  /** What must be enforced or nothing runs: `LAYER` or `LAYER.FEATURE`. Default: everything but `caps.bounding` and
   * `caps.securebits`, which give nothing more where no_new_privs is set and no capability is left. */
  readonly require?: readonly string[];
  /** What is enforced where it can be. */
  readonly prefer?: readonly string[];
  /** What is not asked for. */
  readonly off?: readonly string[];
}

/** A checked, frozen, JSON-serialisable description of a sandbox; {@link definePolicy} of it gives the same again. */
export interface SandboxPolicy extends Omit<SandboxOptions, 'env'> {
  readonly env?: Readonly<Record<string, string>>;
  readonly version: 1;
}

/** Levels by `LAYER` or `LAYER.FEATURE`. */
export type Levels = ReadonlyMap<string, RequirementLevel>;
