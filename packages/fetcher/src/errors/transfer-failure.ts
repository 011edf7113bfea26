import type { FailureKind } from './error-codes.js';

/** A download that failed, with what a person should read; never with credentials. */
export class TransferFailure extends Error {
  override readonly name = 'TransferFailure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}
