import { portOf } from './port.js';

/** The key for the errors of a host: its name and its port, as in pacman. */
export function hostKey(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}
