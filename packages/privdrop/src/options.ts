/** The options of this layer, and the policy that they become. */
import type { RequirementLevel } from '@sb/core';

/** A user that a process can switch to, as plain data. */
export interface UserIdentity {
  readonly uid: number;
  readonly gid: number;
  /** Login name; absent for a uid without an entry. */
  readonly name?: string;
  /** Home directory; `/` for a uid without an entry. */
  readonly home: string;
  /** Login shell; `/bin/sh` if the entry leaves it empty (`passwd(5)`). */
  readonly shell: string;
  /** The groups given explicitly, or those of the user's entries in the group database, without `gid` itself. */
  readonly groups: readonly number[];
}

/** A user with another group or other groups. A uid that has no entry needs this. */
export interface UserReference {
  /** Login name or uid. */
  readonly user: string | number;
  /** Group name or gid. Default: that of the user's entry. */
  readonly group?: string | number;
  /** Supplementary groups, names or gids. Default: those of the user's entries. */
  readonly groups?: readonly (string | number)[];
}

/** The options of {@link policy}. */
export interface PrivdropOptions {
  /** The user to switch to: login name, uid, a reference, or an identity from {@link lookupUser} or `ownerOf`. */
  readonly user: string | number | UserReference | UserIdentity;
  /**
   * Supplementary groups: `'none'`, `'initgroups'` (those of the user's entries), or a list of names and gids.
   * Default: `'none'`.
   */
  readonly groups?: 'none' | 'initgroups' | readonly (string | number)[];
  /** Level of the switch itself. `prefer` never leaves a process that is root as root. Default: `require`. */
  readonly level?: Exclude<RequirementLevel, 'off'>;
  /**
   * Level of no_new_privs, without which a set-user-ID program leads back to root. Linux only. Every program started
   * afterwards inherits it (sudo, ping with file capabilities). Default: `require` on Linux, `prefer` elsewhere.
   */
  readonly noNewPrivs?: RequirementLevel;
  /**
   * Level of a group that no other process has, in place of the user's own: a random number that no group has, drawn here.
   * The user's own group becomes a supplementary one. Other processes of the user cannot trace a process with such a
   * group, and cannot take its descriptors or its memory. A directory of root and this group keeps them out. They can
   * still send signals. Linux only. It needs CAP_SETGID, and a number that exists in the user namespace. What the process
   * creates belongs to that group. `prefer` draws no group if the process already runs as that user. Default: `off`.
   */
  readonly privateGroup?: RequirementLevel;
  /**
   * Keeps the present supplementary groups if the user namespace denies `setgroups(2)`, instead of refusing. The process
   * keeps access to the files of those groups.
   */
  readonly unsafeKeepGroupsWhereSetgroupsIsDenied?: boolean;
  /**
   * Permits capabilities after the switch. For a caller that keeps some on purpose: what they allow is not checked
   * here.
   */
  readonly unsafeAllowCapabilities?: boolean;
}

/** A validated, frozen, JSON-serialisable decision about the user to switch to. */
export interface PrivdropPolicy {
  readonly layer: 'privdrop';
  readonly uid: number;
  readonly gid: number;
  /** Supplementary gids, sorted, each once. */
  readonly groups: readonly number[];
  readonly name?: string;
  readonly home: string;
  readonly shell: string;
  readonly level: Exclude<RequirementLevel, 'off'>;
  readonly noNewPrivs: RequirementLevel;
  /** Whether `gid` is a group that no other process has, and why not. Absent if none was asked for. */
  readonly privateGroup?: { readonly state: 'chosen' | 'missing'; readonly reason?: string };
  readonly keepGroupsWhereDenied: boolean;
  readonly allowCapabilities: boolean;
}
