/** Errors that a report tells of already. */
export const reported = new WeakSet();
