import { TransferFailure } from '../errors/transfer-failure.js';
import { isMissingStatus } from '../values/missing-status.js';

/** The failure of a server that answers, but not with the file. */
export class StatusFailure extends TransferFailure {
  readonly status: number;

  constructor(status: number, host: string) {
    super('http', `${host} answered with status ${status}`);
    this.status = status;
  }
}

/** Whether a download has failed because the server does not have the file. */
export function isMissing(failure: TransferFailure): boolean {
  return failure instanceof StatusFailure && isMissingStatus(failure.status);
}
