import { FetchError } from '../errors.js';
import type { Place } from './place.js';

/** One mistake in the configuration. */
export interface Problem {
  /** Absent if no line is at fault. */
  readonly place?: Place | undefined;
  /** What is wrong; begins with the key if there is one. */
  readonly what: string;
  /** What to do, as a sentence. */
  readonly hint?: string | undefined;
  /** Set if the syntax is right, but no user can be chosen for downloads. */
  readonly isAboutUser?: true;
}

/** A configuration that cannot be used, with all its problems. */
export class ConfigError extends FetchError {
  /** In the order of the files; never empty. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    const others = problems.length - 1;
    const more = others > 0 ? `"pacman-fetch conf" shows this and ${others} more.` : '';
    const hint = [first?.hint, more].filter(Boolean).join(' ');
    const kind = problems.every(({ isAboutUser }) => isAboutUser === true) ? 'sandbox' : 'usage';
    super(
      kind,
      first === undefined ? 'the configuration is invalid' : problemText(first),
      hint === '' ? undefined : hint,
    );
    this.problems = problems;
  }
}

/** Where and what, in one line. */
export function problemText({ place, what }: Problem): string {
  return place === undefined ? what : `${place.file}:${place.line}: ${what}`;
}

/** @throws ConfigError if there are problems */
export function refuseProblems(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Suggests what was probably meant, or lists the choices. */
export function suggestion(meant: string | undefined, all: readonly string[] = []): string | undefined {
  if (meant !== undefined) return `Did you mean ${meant}?`;
  return all.length === 0 ? undefined : `Use one of: ${all.join(', ')}.`;
}
