import { type Display, type DisplayEvent, isSignature } from './events.js';
import { heading, labelOf, message, type MessageStyle, serverFailure } from './messages.js';
import { printable } from './text.js';

/** A stream of text. */
export interface TextStream {
  write(text: string): unknown;
}

/** The parts of a display of lines. */
export interface PlainOptions extends MessageStyle {
  readonly out: TextStream;
  readonly errors: TextStream;
  readonly errorStyle: MessageStyle;
  /** Only errors and warnings. */
  readonly quiet: boolean;
}

/** A display without a terminal, or without bars. It prints a line when a download begins, is not needed, or fails. */
export class PlainDisplay implements Display {
  readonly #options: PlainOptions;
  #hasEnded = false;

  constructor(options: PlainOptions) {
    this.#options = options;
  }

  show(event: DisplayEvent): void {
    if (this.#hasEnded) return;
    const { out, errors, errorStyle, quiet, charset } = this.#options;
    if (event.event === 'warning' || event.event === 'error') errors.write(message(event.event, event, errorStyle));
    if (event.event === 'serverFailed')
      errors.write(message('error', { text: serverFailure(event), hint: event.hint }, errorStyle));
    if (quiet) return;
    if (event.event === 'heading') out.write(heading(event.text, this.#options));
    const text = lineOf(event);
    if (text !== undefined) out.write(`${printable(` ${text}`, charset)}\n`);
  }

  end(): void {
    this.#hasEnded = true;
  }
}

/** pacman's words, which it has only for some events. */
function lineOf(event: DisplayEvent): string | undefined {
  if (!('name' in event) || isSignature(event.name)) return undefined;
  if (event.event === 'start') return `${labelOf(event.name)} downloading...`;
  if (event.event === 'upToDate') return `${labelOf(event.name)} is up to date`;
  return event.event === 'failed' ? `${event.name} failed to download` : undefined;
}
