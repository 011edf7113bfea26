import { fetchAheadWords, levelWords, type OwnName, presetWords, useSandboxWords } from './own-directives.js';
import type { OwnValues } from './own-reader.js';
import type { PacmanConfig } from './pacman-config.js';
import { byDefault, type Origin, type Value } from './place.js';

type Level = (typeof levelWords)[number];

/** One of some words, and its origin. */
export interface ChosenWord<Word> {
  readonly word: Word;
  readonly origin: Origin;
}

/** The layers that can be switched off separately. */
export type SandboxLayer = 'userSwitch' | 'capabilities' | 'filesystem' | 'syscalls';

/** The settings of the sandbox from both files, with the values that follow from them. */
export interface SandboxSettings {
  /** `no`: download without a sandbox; `yes`: what cannot be enforced is an error; `auto`: it is reported. */
  readonly useSandbox: ChosenWord<(typeof useSandboxWords)[number]>;
  /** The named user: SandboxUser, otherwise pacman's DownloadUser. If undefined, `chooseUser` decides. */
  readonly user: (Value & { readonly key: 'SandboxUser' | 'DownloadUser' }) | undefined;
  /** All `off` if `useSandbox` is `no`. */
  readonly levels: Readonly<Record<SandboxLayer, ChosenWord<Level>>>;
  /** What stays readable; undefined: what suits the program. */
  readonly preset: ChosenWord<(typeof presetWords)[number]> | undefined;
  readonly readable: readonly Value[];
  readonly writable: readonly Value[];
  /** TCP ports in addition to those of servers and proxies; one of them may be `any`. */
  readonly ports: readonly Value[];
  readonly denySyscalls: readonly Value[];
  readonly allowSyscalls: readonly Value[];
  /** Whether files are downloaded before pacman asks for them. */
  readonly fetchAhead: ChosenWord<(typeof fetchAheadWords)[number]>;
  /** The program that downloads in place of the built-in worker, as it was written. */
  readonly xferCommand: Value | undefined;
  /** The file that pacman-fetch's directives belong into, for hints: which one it is depends on `--config`. */
  readonly ownFile: string;
}

const levelKeys: Readonly<Record<SandboxLayer, OwnName>> = {
  userSwitch: 'SandboxUserSwitch',
  capabilities: 'SandboxCapabilities',
  filesystem: 'SandboxFilesystem',
  syscalls: 'SandboxSyscalls',
};

/** pacman's switches, each for its layer; the switch of users has none. */
const disablers = {
  filesystem: ['DisableSandboxFilesystem', 'DisableSandbox'],
  syscalls: ['DisableSandboxSyscalls', 'DisableSandbox'],
} as const;

/**
 * Combines the settings of both files. Pure.
 *
 * @param own - the directives of pacman-fetch, checked
 * @param options - of pacman.conf
 * @param ownFile - path of pacman-fetch.conf
 */
export function sandboxSettings(
  own: OwnValues,
  { options }: Pick<PacmanConfig, 'options'>,
  ownFile = 'pacman.d/pacman-fetch.conf',
): SandboxSettings {
  const all = (name: OwnName) => own.get(name) ?? [];
  const useSandbox = chosenWord(all('UseSandbox'), useSandboxWords) ?? { word: 'auto', origin: byDefault };
  const [sandboxUser] = all('SandboxUser');
  const [downloadUser] = options.get('DownloadUser') ?? [];
  const user = sandboxUser
    ? ({ key: 'SandboxUser', ...sandboxUser } as const)
    : downloadUser && ({ key: 'DownloadUser', ...downloadUser } as const);
  const level = (layer: SandboxLayer) => levelOf(layer, { own, options, useSandbox });
  return {
    useSandbox,
    user,
    levels: {
      userSwitch: level('userSwitch'),
      capabilities: level('capabilities'),
      filesystem: level('filesystem'),
      syscalls: level('syscalls'),
    },
    preset: chosenWord(all('SandboxPreset'), presetWords),
    readable: all('SandboxReadable'),
    writable: all('SandboxWritable'),
    ports: all('SandboxPorts'),
    denySyscalls: all('SandboxDenySyscalls'),
    allowSyscalls: all('SandboxAllowSyscalls'),
    fetchAhead: chosenWord(all('FetchAhead'), fetchAheadWords) ?? { word: 'yes', origin: byDefault },
    xferCommand: all('XferCommand')[0],
    ownFile,
  };
}

interface Sources extends Pick<PacmanConfig, 'options'> {
  readonly own: OwnValues;
  readonly useSandbox: SandboxSettings['useSandbox'];
}

/** pacman-fetch's directive for a layer comes before pacman's switch, which comes before UseSandbox. */
function levelOf(layer: SandboxLayer, { own, options, useSandbox }: Sources): ChosenWord<Level> {
  const inferred = (word: Level, from: string): ChosenWord<Level> => ({ word, origin: { kind: 'inferred', from } });
  if (useSandbox.word === 'no') return inferred('off', 'UseSandbox = no');
  const word = chosenWord(own.get(levelKeys[layer]) ?? [], levelWords);
  if (word !== undefined) return word;
  const switches = layer === 'filesystem' || layer === 'syscalls' ? disablers[layer] : [];
  const disabler = switches.find((name) => options.has(name));
  if (disabler !== undefined) return inferred('off', disabler);
  return useSandbox.word === 'yes' ? inferred('require', 'UseSandbox = yes') : { word: 'prefer', origin: byDefault };
}

function chosenWord<Word extends string>(
  [value]: readonly Value[],
  words: readonly Word[],
): ChosenWord<Word> | undefined {
  const word = words.find((one) => one === value?.text);
  return word === undefined || value === undefined ? undefined : { word, origin: value.origin };
}
