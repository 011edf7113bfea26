import { seccompError, type SeccompError } from '../errors.js';

/** Returns the error for a question that would take too long: an inexact answer would be useless. */
export function tooComplex(step: string): SeccompError {
  return seccompError('too-complex', step, {
    what: 'the comparison has more cases than can be listed exactly',
    hint: 'Use fewer rules with masks and ranges on different arguments of one call, or compare smaller parts.',
  });
}
