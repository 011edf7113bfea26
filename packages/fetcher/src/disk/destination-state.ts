/**
 * How far a file is.
 *
 * - `new`: this process made it, so it goes if nothing comes.
 * - `resumed`: it was there.
 * - `sealed`: this process can look up, rename and remove names no more; what it holds can still become whole in place.
 * - `whole`: it has its final name, and is closed.
 * - `left`: it is closed without that.
 */
export type DestinationState = 'new' | 'resumed' | 'sealed' | 'whole' | 'left';
