import { integer } from '@sb/core/document';

/** The mode of a new file or directory. Some calls would read text as octal, and others as decimal. */
export const modeReader = integer({ min: 0, max: 0o7777, what: 'a mode' });
