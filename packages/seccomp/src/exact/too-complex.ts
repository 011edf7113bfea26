import { seccompError, type SeccompError } from '../errors.js';

/** The refusal to go on with what would take too long: an answer that is not exact is none. */
export function tooComplex(step: string): SeccompError {
  return seccompError('too-complex', step, {
    what: 'what is compared tells apart more calls than can be listed exactly',
    hint: 'Use fewer rules with masks and ranges on different arguments of one call, or compare smaller parts.',
  });
}
