/** Policies from profiles and units of other engines, and back. */
import { fromOci, type OciRuntime, type Unsaid } from '../analysis/from-oci.js';
import { fromSystemd } from '../analysis/from-systemd.js';
import { toOci } from '../analysis/to-oci.js';
import { toSystemd } from '../analysis/to-systemd.js';
import type { SeccompPolicy } from '../policy/options.js';
import type { Machine } from '../tables/architectures.js';
import type { Answer } from './answer.js';
import { textFrom } from './input.js';

/** What a policy is read from and written as. */
export const formats = ['oci', 'systemd'] as const;

type Format = (typeof formats)[number];

/** The policy of a file as JSON, and where it says something else than the file. @throws UsageError, SeccompError */
export function importedFrom(format: Format, word: string, how: Required<OciRuntime>): Answer {
  const text = textFrom(word);
  const { policy, unsaid } = format === 'oci' ? fromOci(text, how) : fromSystemd(text, how);
  const { layer: _layer, ...said } = policy;
  return answer(`${JSON.stringify(said, undefined, 2)}\n`, { policy: said }, unsaid);
}

/** A policy in another format, and what that cannot say of it. @throws SeccompError */
export function exportedTo(format: Format, policy: SeccompPolicy, machine: Machine): Answer {
  if (format === 'oci') {
    const { document, unsaid } = toOci(policy);
    return answer(document, { document }, unsaid);
  }
  const { settings, unsaid } = toSystemd(policy, { machine });
  return answer(`${settings.join('\n')}\n`, { settings }, unsaid);
}

/** Yes where both say the same of every call; number -1 names no call. */
function answer(text: string, data: object, unsaid: readonly Unsaid[]): Answer {
  const notes = unsaid.map(({ path, what }) => `${path}: ${what}`);
  return { text, data: { ...data, unsaid }, status: unsaid.every(({ path }) => path === '(number)') ? 0 : 1, notes };
}
