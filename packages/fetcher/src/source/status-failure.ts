import { TransferFailure } from '../errors/transfer-failure.js';

/** A server that answers, and not with the file. */
export class StatusFailure extends TransferFailure {
  readonly status: number;

  constructor(status: number, host: string) {
    super('http', `${host} answered with status ${status}`);
    this.status = status;
  }
}
