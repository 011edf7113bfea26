import { integer } from '@sb/core/document';

/** The mode of what is made. Text would be octal to some calls and decimal to others. */
export const modeReader = integer({ min: 0, max: 0o7777, what: 'a mode' });
