import type { ExportGap, ExportTarget } from '../export/exported.js';
import type { Sandbox } from '../types.js';
import { complain, print } from './output.js';

/**
 * Prints the sandbox for another engine, and says on standard error what that engine does not enforce.
 *
 * @param sandbox - the sandbox
 * @param command - the program and its arguments; empty for none
 * @param target - one of the words of the option; undefined where it was not given
 * @returns whether the engine enforces all that the policy requires; true also without an engine
 * @throws SandboxError of `export`
 */
export async function exportTo(
  sandbox: Sandbox,
  command: readonly string[],
  target: string | undefined,
): Promise<boolean> {
  if (target === undefined) return true;
  const { text, missing } = await sandbox.export(target as ExportTarget, command);
  await print(text);
  for (const [why, features] of grouped(missing, ({ why: one }) => one))
    complain(`${target} does not enforce ${features.join(', ')}: ${why}.`);
  for (const [instead, features] of grouped(missing, ({ instead: one }) => one))
    complain(`for ${features.length === missing.length ? 'all of this' : features.join(', ')}: ${instead}`);
  return missing.every(({ required }) => !required);
}

/** Names of features by what is said of them. */
function grouped(
  missing: readonly ExportGap[],
  textOf: (one: ExportGap) => string,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const one of missing) groups.set(textOf(one), [...(groups.get(textOf(one)) ?? []), one.feature]);
  return groups;
}
