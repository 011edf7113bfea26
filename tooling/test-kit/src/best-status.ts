/**
 * The status of a report in which everything is in force that the user of the tests may have. The bounding set and the
 * securebits do not count for an ordinary user, since only root may change them (CAP_SETPCAP).
 */
export const bestStatus = 'full';
