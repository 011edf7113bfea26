import type { SandboxOptions, SandboxUser } from '@sb/sandbox';

import type { SandboxLayer, SandboxSettings } from './sandbox-settings.js';

/** What a program that downloads needs, independent of the configuration. */
export interface Needs {
  /**
   * `worker`: the built-in one, which gets open descriptors; `self`: this process, which has them open and is already
   * loaded; `command`: that of XferCommand, which opens files itself.
   */
  readonly program: 'worker' | 'self' | 'command';
  /** The user that it switches to; undefined: it keeps the user of this process. */
  readonly user: SandboxUser | undefined;
  /** TCP ports of its servers and proxies. */
  readonly ports: readonly number[];
  /** Directories that it writes to: the staging directory of a command. */
  readonly writable: readonly string[];
}

/** The names of the layers in `@sb/sandbox`. */
const layers: Readonly<Record<SandboxLayer, string>> = {
  userSwitch: 'privdrop',
  capabilities: 'caps',
  filesystem: 'landlock',
  syscalls: 'seccomp',
};

/** What a program may do: a worker parses untrusted data, and never starts programs. */
const programs = {
  worker: { preset: 'minimal', base: 'network-client', deny: ['execve'] },
  self: { preset: 'minimal', base: 'network-client-running', deny: [] },
  command: { preset: 'read-only', base: 'deny-dangerous', deny: [] },
} as const;

/**
 * Returns the sandbox that the configuration asks for, as options of `@sb/sandbox`. Pure.
 *
 * @returns undefined for `UseSandbox = no`: the program is then started without a sandbox
 */
export function sandboxOptions(settings: SandboxSettings, needs: Needs): SandboxOptions | undefined {
  if (settings.useSandbox.word === 'no') return undefined;
  const { preset, base, deny } = programs[needs.program];
  const allow = settings.allowSyscalls.map(({ text }) => text);
  const denied = [...deny.filter((name) => !allow.includes(name)), ...settings.denySyscalls.map(({ text }) => text)];
  const isSwitched = needs.user !== undefined && settings.levels.userSwitch.word !== 'off';
  return {
    ...(isSwitched ? { user: needs.user } : {}),
    // A private group keeps other processes of the user out. This process does not need one: it makes itself
    // undumpable.
    ...(isSwitched && needs.program !== 'self' ? { privateGroup: 'prefer' } : {}),
    landlock: {
      preset: settings.preset?.word ?? preset,
      ...pathsOf(settings, needs),
      net: { connectTcp: portsOf(settings, needs) },
    },
    seccomp: { base, deny: [...new Set(denied)], allow: [...new Set(allow)] },
    // A required layer requires all its features, except for two that an ordinary user cannot have.
    prefer: named(settings, 'prefer'),
    off: named(settings, 'off'),
  };
}

/** This process has its files open, so it writes to no path, even if commands may. */
function pathsOf({ readable, writable }: SandboxSettings, needs: Needs): { paths?: readonly object[] } {
  const ro = readable.map(({ text }) => text);
  const rw = needs.program === 'command' ? [...needs.writable, ...writable.map(({ text }) => text)] : [];
  const rules = [...(ro.length === 0 ? [] : [{ ro }]), ...(rw.length === 0 ? [] : [{ rw }])];
  return rules.length === 0 ? {} : { paths: rules };
}

function portsOf({ ports }: SandboxSettings, needs: Needs): readonly number[] | 'any' {
  if (ports.some(({ text }) => text === 'any')) return 'any';
  return [...new Set([...needs.ports, ...ports.map(({ text }) => Number(text))])].sort((a, b) => a - b);
}

function named({ levels }: SandboxSettings, level: 'prefer' | 'off'): readonly string[] {
  return (Object.keys(layers) as SandboxLayer[])
    .filter((layer) => levels[layer].word === level)
    .map((layer) => layers[layer]);
}
