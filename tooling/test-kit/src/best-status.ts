/**
 * The status of a report where all is in force that the user of the tests may have: the bounding set and securebits are
 * root's to change (CAP_SETPCAP), so an ordinary user's sandbox is `partial` at best.
 */
export const bestStatus = process.getuid?.() === 0 ? 'full' : 'partial';
