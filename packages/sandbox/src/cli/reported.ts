/** Errors that are in a report already. */
export const reported = new WeakSet();
