import type { CapsOptions } from '@sb/caps';
import type { RequirementLevel } from '@sb/core';
import type { LandlockOptions, NetOptions, PathRule } from '@sb/landlock';
import type { Base, SeccompOptions } from '@sb/seccomp';

import type { ProfileName } from '../profile/profile.js';
import type { RlimitName } from './rlimits.js';

/** A user to switch to: a login name, a uid, or either with a group. */
export type SandboxUser = string | number | { readonly user: string | number; readonly group?: string | number };

/** Which part of the file system stays accessible; see the README for what each grants. */
export type FilesystemPreset = 'read-only' | 'minimal' | 'none';

/** Kinds of access of a short path rule, as in the builders of `@sb/landlock`. */
export type Access = 'ro' | 'rx' | 'rw' | 'rwx' | 'list';

/** A path rule of a document: one key of {@link Access} with its paths, for instance `{ rw: ['out'], optional: true }`. */
export type ShortRule = Readonly<Partial<Record<Access, string | readonly string[]>>> & {
  readonly optional?: boolean;
  readonly refer?: boolean;
};

/** A choice for the Landlock layer: a preset with additions, or everything by hand (`preset: 'none'`). */
export interface LandlockChoice extends Partial<Omit<LandlockOptions, 'require' | 'paths' | 'net'>> {
  /** Where to start, in place of a profile. Default: the profile. */
  readonly preset?: FilesystemPreset;
  /** More paths, relative to the working directory when the sandbox is made. */
  readonly paths?: readonly (PathRule | ShortRule)[];
  /** Ports that stay allowed, as for `@sb/landlock`; `any` leaves a right unrestricted that a preset would restrict. */
  readonly net?: { readonly [Right in keyof NetOptions]: NetOptions[Right] | 'any' };
}

/** The value of a limit: a number in the kernel's unit, or none. */
export type RlimitValue = number | 'unlimited';

/** Variables by name. An undefined one is left out, so `process.env` is valid. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a private temporary directory is: beneath the caller's TMPDIR, or in memory (`/dev/shm`). */
export type TmpKind = 'private' | 'memory';

/** The options of {@link createSandbox}. All are optional; the defaults are as strict as possible. */
export interface SandboxOptions {
  /** Where an editor finds the schema of a document; ignored here. */
  readonly $schema?: string;
  /** The user to which the child switches. Default: that of this process. */
  readonly user?: SandboxUser;
  /**
   * Supplementary groups of `user`: `none`, `initgroups` (those of its entries) or a list. Default: `none`. Without a
   * user the groups stay unchanged, and this option is not allowed.
   */
  readonly groups?: 'none' | 'initgroups' | readonly (string | number)[];
  /**
   * Level of a group that no other process has: a random number, chosen when the sandbox is made. It replaces the
   * user's own group, which becomes a supplementary group. Other processes of the user cannot trace the child, or take
   * its descriptors or memory. They cannot reach a directory that belongs to root and this group. It needs `user`.
   * Default: `off`.
   */
  readonly privateGroup?: RequirementLevel;
  /** Capabilities: `none` in any set, or those to keep. Default: `none`. */
  readonly caps?: 'none' | 'off' | Omit<CapsOptions, 'levels' | 'noNewPrivs'>;
  /**
   * What a kind of work needs: paths, ports, limits and a private temporary directory, as in the README's table. The
   * other options add to it. It cannot be combined with a preset for files. No profile grants credentials. Default:
   * `read`, unless `landlock` names a preset.
   */
  readonly profile?: ProfileName;
  /**
   * Files, ports, scopes. Default: those of the profile, without signals and abstract sockets to the outside, and
   * without binding.
   */
  readonly landlock?: FilesystemPreset | 'off' | LandlockChoice;
  /** System calls. Default: `deny-dangerous`. */
  readonly seccomp?: Base | 'off' | Omit<SeccompOptions, 'level'>;
  /**
   * Unix sockets with a path that can be reached: these and those beneath these directories, or `any` that its user may
   * reach. The filter does not see paths: it allows all unix sockets, or none. Landlock distinguishes them from ABI 9
   * on (Linux 7.1). On older kernels all are open if one is granted, and the report says so; `require:
   * ['landlock.fs.resolve_unix']` refuses instead. The scope decides about abstract sockets. Default: none; connected
   * pairs stay allowed.
   */
  readonly unix?: 'any' | readonly string[];
  /** Message queues, shared memory and semaphores of System V and POSIX, which processes of one user share. Default: false. */
  readonly ipc?: boolean;
  /**
   * Limits of all processes of a start together, by a cgroup (cgroups(7)). The machine must delegate one to this
   * process; otherwise nothing runs, unless `prefer` contains `process.cgroup`. Everything in the cgroup ends with the
   * program. Default: none.
   */
  readonly cgroup?: {
    /**
     * Bytes of memory, at least 65,536, none of them in swap. Beyond that the kernel ends all processes together.
     */
    readonly memory?: number;
    /** Processes and threads, 1 to 4,194,304. Beyond that no more can be made. */
    readonly pids?: number;
    /** Percent of one processor, 1 to 100,000: 150 is one and a half. Beyond that they wait. */
    readonly cpu?: number;
  };
  /** Limits, soft and hard alike, in the units of `getrlimit(2)`. Default: no core dumps. */
  readonly rlimits?: Readonly<Partial<Record<RlimitName, RlimitValue>>>;
  /**
   * The whole environment. Default: PATH, HOME, USER, LOGNAME, SHELL and variables about terminal and language (TERM,
   * LANG, …). Without a user, PATH and HOME are the caller's.
   */
  readonly env?: Environment;
  /**
   * A temporary directory for each start. It belongs to the user of the sandbox, TMPDIR names it, and it can be
   * written. Other users of the machine cannot look into it. It is removed when no process is left that was started
   * with it, or with the next start if this process is killed. `memory`: in `/dev/shm`. Default: none.
   */
  readonly tmp?: TmpKind;
  /**
   * HOME is an empty directory next to the private temporary one, and is removed with it. Needs `tmp`. Default: HOME of
   * `env`.
   */
  readonly home?: 'tmp';
  /** Working directory. Default: that of this process. */
  readonly cwd?: string;
  /** File mode creation mask. Default: that of this process. */
  readonly umask?: number;
  /**
   * Descriptors of this process that the child has under the same number, in addition to its standard streams. Default:
   * none.
   */
  readonly keepDescriptors?: readonly number[];
  /**
   * A new session and process group, without a controlling terminal. A command that its starter has made the leader of
   * a session already, as node-pty does, keeps that session and its terminal. Default: true.
   */
  readonly newSession?: boolean;
  /**
   * The child is killed when the thread that started it ends. Its descendants end with it, unless `off` contains
   * `process.descendants`. Default: true.
   */
  readonly dieWithParent?: boolean;
  /**
   * The child can never execute another program, by path or by descriptor. Needs the filter, and one that allows no
   * calls of other tables (`foreign`, `x32`). Default: false.
   */
  readonly execOnce?: boolean;
  /**
   * What must be enforced or nothing runs: `LAYER` or `LAYER.FEATURE`. Default: everything except `caps.bounding` and
   * `caps.securebits`, which add nothing if no_new_privs is set and no capability is left.
   */
  readonly require?: readonly string[];
  /** What is enforced if the kernel can. */
  readonly prefer?: readonly string[];
  /** What is not enforced. */
  readonly off?: readonly string[];
}

/** A checked, frozen, JSON-serialisable description of a sandbox; {@link definePolicy} of it returns an equal one. */
export interface SandboxPolicy extends Omit<SandboxOptions, 'env'> {
  readonly env?: Readonly<Record<string, string>>;
  readonly version: 1;
}

/** Levels by `LAYER` or `LAYER.FEATURE`. */
export type Levels = ReadonlyMap<string, RequirementLevel>;
