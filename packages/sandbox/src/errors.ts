import { type CommonErrorCode, SandboxError } from '@sb/core';

/**
 * Codes of this package, beside those of every layer.
 *
 * - `launcher-missing`: the launcher's program isn't there or can't be executed.
 */
export type SandboxPackageErrorCode = CommonErrorCode | 'launcher-missing';

interface Details {
  readonly what: string;
  readonly hint: string;
  readonly errno?: string;
  readonly path?: string;
}

/** Builds an error of this package. */
export function sandboxError(
  code: SandboxPackageErrorCode,
  step: string,
  details: Details,
): SandboxError<SandboxPackageErrorCode> {
  return new SandboxError({ code, layer: 'sandbox', step, ...details });
}
