/** Policies from profiles and units of other engines, and back. */
import { fromOci, type FromOci, type OciRuntime } from '../analysis/from-oci.js';
import { fromProgram } from '../analysis/from-program.js';
import { fromSystemd } from '../analysis/from-systemd.js';
import { toOci } from '../analysis/to-oci.js';
import { toSystemd } from '../analysis/to-systemd.js';
import type { Unsaid } from '../analysis/unsaid.js';
import type { SeccompPolicy } from '../policy/options.js';
import type { Machine } from '../tables/architectures.js';
import type { Answer } from './answer.js';
import { filterFrom, textFrom } from './input.js';
import { inFile, misuse } from './usage-error.js';

/** What a policy is read from; it is written as all but `bpf`. */
export const formats = ['oci', 'systemd', 'bpf'] as const;

type Format = (typeof formats)[number];

/** The policy of a file as JSON, and where it says something else than the file. @throws UsageError, SeccompError */
export function importedFrom(format: Format, word: string, how: Required<OciRuntime>): Answer {
  const { policy, unsaid } = readAs(format, word, how);
  const { layer: _layer, ...said } = policy;
  return answer(`${JSON.stringify(said, undefined, 2)}\n`, { policy: said }, unsaid);
}

function readAs(format: Format, word: string, how: Required<OciRuntime>): FromOci {
  if (format !== 'bpf') {
    const text = textFrom(word);
    return inFile(word, () => (format === 'oci' ? fromOci(text, how) : fromSystemd(text, how)));
  }
  const program = filterFrom(word, how.machine);
  if ('bytes' in program) return inFile(word, () => ({ policy: fromProgram(program), unsaid: [] }));
  return misuse(`${word} is a policy already`, 'import bpf takes a program, or pid:1234/1.');
}

/** A policy in another format, and what that cannot say of it. @throws UsageError, SeccompError */
export function exportedTo(format: Format, policy: SeccompPolicy, machine: Machine): Answer {
  if (format === 'bpf') {
    const hint = 'The library has the bytes: compile(policy).programs. sb-seccomp disasm lists the instructions.';
    return misuse('a program is bytes, which a terminal does not show', hint);
  }
  const written = format === 'oci' ? toOci(policy) : toSystemd(policy, { machine });
  if ('document' in written)
    return withRest(answer(written.document, { document: written.document }, written.unsaid), whole.oci);
  const { settings, unsaid } = written;
  return withRest(answer(`${settings.join('\n')}\n`, { settings }, unsaid), whole.systemd);
}

/** How the rest of a sandbox gets there: these formats have the filter only. */
const whole = {
  oci: 'This is the filter only: sb-run --export kubernetes, oci or docker also writes user, capabilities and limits. No engine of these has Landlock: start the program there by sb-exec (sb-run --compile)',
  systemd:
    'These are the settings of the filter only: sb-run --export systemd writes a whole unit. It has no Landlock: start the program there by sb-exec (sb-run --compile)',
} as const;

const withRest = (made: Answer, note: string): Answer => ({ ...made, notes: [...(made.notes ?? []), note] });

/** Yes where both say the same of every call; number -1 names no call. */
function answer(text: string, data: object, unsaid: readonly Unsaid[]): Answer {
  const status = unsaid.every(({ path }) => path === '(number)') ? 0 : 1;
  return { text, data: { ...data, unsaid }, status, notes: notesOf(unsaid) };
}

/** Notes that are the same but for a name, and what they are together. */
const together: readonly (readonly [each: RegExp, all: string])[] = [
  [/ is (?:unknown|not known) and skipped$/, 'skipped, since no kernel here has a call of that name'],
  [/ is newer than libseccomp 2\.6\.0, which skips it$/, 'skipped by libseccomp 2.6.0, which is older than'],
  [/ loads a filter that the policy is without$/, 'the policy is without the filters that are loaded for'],
];

/** One note for each place, and one for all names that it is the same for: a unit may have a dozen, and a profile a hundred. */
function notesOf(unsaid: readonly Unsaid[]): readonly string[] {
  const others = unsaid.filter(({ what }) => !together.some(([each]) => each.test(what)));
  const grouped = together.flatMap(([each, all]) => {
    const names = new Set(unsaid.flatMap(({ what }) => (each.test(what) ? [what.replace(each, '')] : [])));
    return names.size === 0 ? [] : [`${all}: ${[...names].join(', ')}`];
  });
  return [...others.map(({ path, what }) => `${path}: ${what}`), ...grouped];
}
