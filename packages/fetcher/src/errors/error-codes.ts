/** Why a download failed; sent from the worker to the parent, which trusts nothing but the shape. */
export const failureKinds = [
  'url',
  'dns',
  'connect',
  'proxy',
  'tls',
  'redirect',
  'http',
  'protocol',
  'truncated',
  'too-large',
  'too-slow',
  'slower',
  'skipped',
  'wrong-size',
  'source',
  'file',
  'timeout',
] as const;

/** The cause of a failed download. */
export type FailureKind = (typeof failureKinds)[number];

/** Whether it is a failure of the file, so that no other source is tried. */
export function isFinal(kind: FailureKind): boolean {
  return kind === 'file' || kind === 'timeout';
}
