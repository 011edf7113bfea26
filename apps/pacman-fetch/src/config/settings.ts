import { FetchError } from '../errors.js';
import { type Directive, findDirective } from './pacman-conf.js';

/** What the first form of the program takes from pacman.conf. */
export interface Settings {
  /** `auto`: on where a user is set or can be inferred; `no`: on request, download as whoever started it. */
  readonly useSandbox: 'yes' | 'no' | 'auto';
  /** The user who downloads, and where that was said. */
  readonly user: { readonly name: string; readonly source: string } | undefined;
  /** Don't give up on a server that sends nothing. */
  readonly disableDownloadTimeout: boolean;
}

/** The settings of a machine without a pacman.conf. */
export const defaultSettings: Settings = { useSandbox: 'auto', user: undefined, disableDownloadTimeout: false };

const section = 'options';

/**
 * Reads the settings. A set user means that the sandbox is on; SandboxUser wins over pacman's own DownloadUser.
 *
 * @param directives - from `readPacmanConf`
 * @throws FetchError `usage`, naming file, line, key and the values that are valid
 */
export function settingsOf(directives: readonly Directive[]): Settings {
  const user =
    findDirective(directives, section, 'SandboxUser') ?? findDirective(withValue(directives), section, 'DownloadUser');
  return {
    useSandbox: useSandboxOf(findDirective(directives, section, 'UseSandbox')),
    user: user === undefined ? undefined : { name: required(user), source: `${user.key} in ${user.file}:${user.line}` },
    disableDownloadTimeout: findDirective(withoutValue(directives), section, 'DisableDownloadTimeout') !== undefined,
  };
}

/** pacman ignores its own keys where they have a value and take none, and the other way round. */
const withValue = (directives: readonly Directive[]) => directives.filter(({ value }) => value !== undefined);
const withoutValue = (directives: readonly Directive[]) => directives.filter(({ value }) => value === undefined);

const useSandboxValues = ['yes', 'no', 'auto'] as const;

function useSandboxOf(directive: Directive | undefined): Settings['useSandbox'] {
  if (directive === undefined) return 'auto';
  // The 2021 patch had it without a value, like pacman's other switches.
  if (directive.value === undefined) return 'yes';
  const found = useSandboxValues.find((value) => value === directive.value);
  if (found !== undefined) return found;
  const { file, line, key, value } = directive;
  throw new FetchError(
    'usage',
    `${file}:${line}: ${key} = ${value} is invalid`,
    `Use one of: ${useSandboxValues.join(', ')}.`,
  );
}

function required({ key, value, file, line }: Directive): string {
  if (value !== undefined && value !== '') return value;
  throw new FetchError('usage', `${file}:${line}: ${key} names no user`, `Write "${key} = alpm", or remove the line.`);
}
