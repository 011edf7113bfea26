import type { Started } from '../source/download.js';
import type { Failure } from './attempt.js';
import type { ChannelSink } from './channel-sink.js';
import { worthSurvey } from './survey.js';
import type { Tools } from './tools.js';

/** The failure of a source whose host has made too many errors. */
const skipped: Failure = { kind: 'skipped', status: null, message: '' };

/** Reports about one file to the parent: its bytes are sent before each report. */
export class FileWords {
  readonly #channel: Tools['channel'];
  readonly #verdicts: Tools['verdicts'];
  readonly #file: number;
  readonly #sink: ChannelSink;

  constructor({ channel, verdicts }: Pick<Tools, 'channel' | 'verdicts'>, file: number, sink: ChannelSink) {
    this.#channel = channel;
    this.#verdicts = verdicts;
    this.#file = file;
    this.#sink = sink;
  }

  /** Reports the source of the following bytes. */
  started(source: number, { isAppended, ...said }: Started): void {
    const { total = null, lastModified = null, etag = null } = said;
    this.#sink.flush();
    this.#channel.say({ type: 'started', file: this.#file, source, total, lastModified, etag, isAppended });
  }

  failed(source: number, failure: Failure): void {
    this.#sink.flush();
    this.#channel.say({ type: 'source-failed', file: this.#file, source, ...failure });
  }

  /** Reports a skipped source. */
  skipped(source: number): void {
    this.failed(source, skipped);
  }

  /** Reports a source that was asked first, while another one has sent the file. */
  overtaken(source: number, { host }: URL): void {
    const message = `${host} was slow; another server has sent the rest`;
    this.failed(source, { kind: 'slower', status: null, message });
  }

  /** Asks whether the complete file is wrong, which one source has sent. */
  async isWrong(from: URL, others: readonly URL[]): Promise<boolean> {
    this.#sink.flush();
    const compared = this.#sink.position < worthSurvey ? [] : others;
    return await this.#verdicts.isWrong(this.#file, from, compared);
  }

  /** Reports a source that has sent another file, as the parent has said. */
  wrong(source: number, { host }: URL): void {
    const message = `${host} has a different file: its SHA-256 is not the expected one`;
    this.failed(source, { kind: 'checksum', status: null, message });
  }

  unchanged(source: number): void {
    this.#channel.say({ type: 'unchanged', file: this.#file, source });
  }

  done(): void {
    this.#sink.flush();
    this.#channel.say({ type: 'done', file: this.#file, size: this.#sink.position });
  }
}
