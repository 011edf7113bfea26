import { portOf } from './port.js';

/** What a host's errors are kept under: its name and its port, as pacman has it. */
export function hostKey(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}
