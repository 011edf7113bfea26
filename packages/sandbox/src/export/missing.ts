import { letsThrough } from '../filter/questions.js';
import { type ExportSubject, featuresOf } from './subject.js';
import type { MissingFeature } from './exported.js';

/** Why an engine does not enforce a feature; undefined where it does. */
export type Gaps = (feature: string) => string | undefined;

/**
 * What an engine does not enforce of a sandbox, and how to have it there all the same.
 *
 * @param gaps - of that engine
 */
export function missingOf(subject: ExportSubject, gaps: Gaps): readonly MissingFeature[] {
  return featuresOf(subject).flatMap((feature) => {
    const why = gaps(feature);
    return why === undefined ? [] : [{ feature, why, instead: insteadOf(feature, subject) }];
  });
}

/** Why a read-only file system is not all of it: every engine that mounts files has these besides. */
export const ownFiles = 'its files are read-only, but those that each start gets in /proc and /dev can be written to';

/** What a compiled sandbox has no place for: it is made for each start. */
const ofOneStart = /^(?:process\.(?:tmp|home|exec_once|cgroup\.\w+)|privdrop\.private_group)$/;

/** How to have a feature under an engine that does not know it. */
export function insteadOf(feature: string, subject: ExportSubject): string {
  if (ofOneStart.test(feature)) return 'Start the program there with sb-run.';
  if (feature === 'process.keep_descriptors') return 'Open the files in the program.';
  const user = subject.layers.privdrop === undefined ? '' : ', without --user if the engine changes the user';
  const entry = `Write the sandbox to a file (sb-run --compile FILE${user}), and start the command by it: sb-exec FILE -- COMMAND.`;
  return `${entry}${filterNote(subject)}`;
}

/** A filter that the engine loads first must let sb-exec work. */
function filterNote({ layers: { seccomp }, machine }: ExportSubject): string {
  const calls = ['landlock_create_ruleset', 'landlock_restrict_self', 'prctl', 'execve'];
  if (seccomp === undefined || calls.every((name) => letsThrough(seccomp, machine, [name]))) return '';
  return ' It loads the filter too: leave that out of the engine, since it denies calls that sb-exec needs.';
}
