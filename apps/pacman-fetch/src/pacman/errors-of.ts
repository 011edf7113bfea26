/** How a line of a message begins. Lines without such a beginning belong to the message before them. */
const beginning = /^(?=(?:error|warning): )/m;

/**
 * Returns pacman's errors, each with all its lines: an error of libalpm may have its paths and its cause in the lines
 * that follow. A query continues after a warning, so warnings are left out.
 *
 * @param stderr - of a pacman that has ended as usual
 * @returns texts without `error: `, each of one or more lines
 */
export function errorsOf(stderr: string): readonly string[] {
  return messages(stderr).filter(isError).map(withoutWord);
}

/**
 * As {@link errorsOf}, with what is not a message of pacman: the dynamic linker and libraries write in another form.
 *
 * @param stderr - of a pacman that failed
 */
export function allErrorsOf(stderr: string): readonly string[] {
  return messages(stderr)
    .filter((text) => text !== '' && !text.startsWith('warning: '))
    .map(withoutWord);
}

/**
 * What to do about a pacman that failed.
 *
 * @param errors - of {@link allErrorsOf}
 */
export function failureHint(errors: readonly string[]): string {
  return errors.length === 0 ? 'Run the command again.' : 'Correct what pacman reports, and run the command again.';
}

function messages(stderr: string): readonly string[] {
  return stderr.split(beginning).map((text) => text.trimEnd());
}

function isError(text: string): boolean {
  return text.startsWith('error: ');
}

function withoutWord(text: string): string {
  return text.replace(/^error: /, '');
}
