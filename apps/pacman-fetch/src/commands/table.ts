import type { CommandEntry, Commands } from '../options/command.js';

/** Every command by its name, in the order of the help. */
export const commands: Commands = {
  refresh: {
    about: 'bring the databases up to date, as pacman -Sy',
    load: async () => (await import('./refresh.js')).refreshCommand,
  },
  prefetch: {
    about: 'download what a transaction of pacman will need',
    load: async () => (await import('./prefetch.js')).prefetchCommand,
  },
  pacman: {
    about: 'run pacman, after downloading all that it needs',
    load: async () => (await import('./pacman.js')).pacmanCommand,
  },
  xfer: {
    about: 'download one file for a pacman that runs this',
    load: async () => (await import('./xfer.js')).xferCommand,
  },
  checkupdates: {
    about: 'print what an upgrade would bring; needs no root',
    load: async () => (await import('./checkupdates.js')).checkUpdatesCommand,
  },
  conf: {
    about: 'print the configuration that is in effect',
    load: async () => (await import('./conf.js')).conf,
  },
  explain: {
    about: 'say in plain words what a download may do',
    load: async () => (await import('./explain.js')).explain,
  },
  doctor: {
    about: 'find out what this machine can enforce, and what is missing',
    load: async () => (await import('./doctor.js')).doctor,
  },
  completion: {
    about: 'print what bash, zsh or fish completes the commands by',
    // It knows no table but the one that it is given.
    load: async () => (await import('./completion.js')).completionOf(commands),
  },
};

/** The command of that name; undefined for anything else. */
export function commandOf(name: string | undefined): CommandEntry | undefined {
  return name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
}
