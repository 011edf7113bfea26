import type { CommandEntry, Commands } from '../options/command.js';

/** Every command by its name, in the order of the help. */
export const commands: Commands = {
  refresh: {
    about: 'refresh the databases, like pacman -Sy',
    load: async () => (await import('./refresh.js')).refreshCommand,
  },
  prefetch: {
    about: 'download what a pacman transaction will need',
    load: async () => (await import('./prefetch.js')).prefetchCommand,
  },
  pacman: {
    about: 'download all that pacman needs, then run pacman',
    load: async () => (await import('./pacman.js')).pacmanCommand,
  },
  xfer: {
    about: 'download one file, as an XferCommand without %o',
    load: async () => (await import('./xfer.js')).xferCommand,
  },
  checkupdates: {
    about: 'list available upgrades; does not need root',
    load: async () => (await import('./checkupdates.js')).checkUpdatesCommand,
  },
  conf: {
    about: 'print the configuration that is in effect',
    load: async () => (await import('./conf.js')).conf,
  },
  explain: {
    about: 'describe what a download may do',
    load: async () => (await import('./explain.js')).explain,
  },
  doctor: {
    about: 'test what this machine can enforce',
    load: async () => (await import('./doctor.js')).doctor,
  },
  completion: {
    about: 'print a completion script for bash, zsh or fish',
    // It gets the table as an argument, since it cannot import it.
    load: async () => (await import('./completion.js')).completionOf(commands),
  },
};

/** Returns the command of a name; undefined for other words. */
export function commandOf(name: string | undefined): CommandEntry | undefined {
  return name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
}
