import type { FailureKind } from './error-codes.js';

/** A failed download, with a message for people, which never contains credentials. */
export class TransferFailure extends Error {
  override readonly name = 'TransferFailure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}
