import {
  type FourIds,
  type IdMap,
  isMapped,
  readAllTasks,
  readIdMap,
  refuseInspector,
  type TaskStatus,
} from '@sb/core';

import { capsError, type CapsError } from './errors.js';

/**
 * Calls the change of user and examines the effect. The result does not count. Every thread must have one other uid in all
 * four places, and one gid. The gid may be the earlier one, because the user may belong to that group. Both must exist in this
 * user namespace: without a mapping, the earlier user reads as another one.
 *
 * @param switchUser - the option of `restrictSelf`
 * @throws the error of `switchUser`; CapsError `invalid-policy` for a promise, `verification-failed` if the earlier user is
 *   left, wholly or in part
 */
export function changeUser(switchUser: () => unknown): void {
  refuseInspector();
  const before = tasks();
  const result = switchUser();
  if (isThenable(result)) {
    throw refusal(
      'invalid-policy',
      'switchUser returned a promise, so other code would run with all capabilities meanwhile',
    );
  }
  const why = unchanged(before, tasks(), idMaps());
  if (why !== undefined) throw refusal('verification-failed', `switchUser did not change the user: ${why}`);
}

/** Reads all threads. Other systems have no threads to read, and no capabilities whose loss depends on it. */
function tasks(): readonly TaskStatus[] {
  return process.platform === 'linux' ? readAllTasks('self') : [];
}

/** The ids that exist in this user namespace. */
interface IdMaps {
  readonly uid: IdMap;
  readonly gid: IdMap;
}

function idMaps(): IdMaps | undefined {
  return process.platform === 'linux' ? { uid: readIdMap('uid'), gid: readIdMap('gid') } : undefined;
}

/**
 * Returns what is left of the earlier user.
 *
 * @param maps - undefined if every id exists
 * @returns undefined if nothing is left
 */
export function unchanged(
  before: readonly TaskStatus[],
  after: readonly TaskStatus[],
  maps?: IdMaps,
): string | undefined {
  const old = new Set(before.flatMap(({ uid }) => uid));
  const [first] = after;
  for (const { tid, uid, gid } of after) {
    const kept = uid.find((id) => old.has(id));
    if (kept !== undefined) return `thread ${tid} still has uid ${kept}`;
    if (!isOne(uid) || !isOne(gid)) return `thread ${tid} has more than one uid or gid`;
    if (maps !== undefined && !isMapped(uid[0], maps.uid)) return `thread ${tid} has a uid that does not exist here`;
    if (maps !== undefined && !isMapped(gid[0], maps.gid)) return `thread ${tid} has a gid that does not exist here`;
    if (uid[0] !== first?.uid[0] || gid[0] !== first.gid[0]) return `thread ${tid} has different ids from the rest`;
  }
  return undefined;
}

function isOne(ids: FourIds): boolean {
  return new Set(ids).size === 1;
}

/** Whether `await` would wait for a value, of any realm or library. */
function isThenable(value: unknown): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === 'function';
}

function refusal(code: 'invalid-policy' | 'verification-failed', what: string): CapsError {
  return capsError(code, 'switch-user', {
    what,
    hint: 'End this process. Change the user synchronously and on every thread: real, effective and saved id.',
  });
}
