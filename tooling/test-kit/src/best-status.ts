/**
 * The status of a report where all is in force that the user of the tests may have: nothing follows for an ordinary user from
 * the bounding set and the securebits, which are root's to change (CAP_SETPCAP).
 */
export const bestStatus = 'full';
