import { createSandbox } from '@sb/sandbox';
import { describe, expect, it } from 'vitest';

import { OwnReader } from './own-reader.js';
import { pacmanConfig } from './pacman-config.js';
import { type Needs, sandboxOptions } from './sandbox-options.js';
import { sandboxSettings } from './sandbox-settings.js';
import type { Sections } from './sections.js';

/** Sections of one file with `[options]` of these lines. */
function options(file: string, lines: readonly string[]): Sections {
  const directives = lines.map((text, index) => {
    const [key = '', value] = text.split(' = ');
    return { key, value, file, line: index + 2 };
  });
  return { sections: [{ name: 'options', file, line: 1, directives }], problems: [] };
}

function settings(own: readonly string[], pacmanConf: readonly string[] = []) {
  const reader = new OwnReader();
  reader.takeAll(options('own.conf', own));
  expect(reader.problems).toEqual([]);
  return sandboxSettings(reader.values, pacmanConfig(options('pacman.conf', pacmanConf)));
}

const worker: Needs = { program: 'worker', user: 'nobody', ports: [443, 80], writable: [] };
const command: Needs = { ...worker, program: 'command', writable: ['/stage'] };

const base = {
  user: 'nobody',
  privateGroup: 'prefer',
  landlock: { preset: 'minimal', net: { connectTcp: [80, 443] } },
  seccomp: { base: 'network-client', deny: ['execve'], allow: [] },
  prefer: ['privdrop', 'caps', 'landlock', 'seccomp'],
  off: [],
};
const ofCommand = {
  landlock: { preset: 'read-only', paths: [{ rw: ['/stage'] }], net: { connectTcp: [80, 443] } },
  seccomp: { base: 'deny-dangerous', deny: [], allow: [] },
};

/** What is written in our own file and in pacman.conf, for which program, and what differs from `base` then. */
const table: readonly (readonly [
  own: readonly string[],
  pacmanConf: readonly string[],
  needs: Needs,
  expected: object,
])[] = [
  [[], [], worker, {}],
  [[], [], command, ofCommand],
  [['UseSandbox = auto'], [], worker, {}],
  [['UseSandbox = yes'], [], worker, { prefer: [] }],
  [['UseSandbox'], [], command, { ...ofCommand, prefer: [] }],
  [['UseSandbox = yes', 'SandboxFilesystem = prefer'], [], worker, { prefer: ['landlock'] }],
  [['SandboxSyscalls = require'], [], worker, { prefer: ['privdrop', 'caps', 'landlock'] }],
  [['SandboxCapabilities = off'], [], worker, { prefer: ['privdrop', 'landlock', 'seccomp'], off: ['caps'] }],
  // pacman's switches are for their own layers, and never for the user.
  [[], ['DisableSandbox'], worker, { prefer: ['privdrop', 'caps'], off: ['landlock', 'seccomp'] }],
  [[], ['DisableSandboxFilesystem'], worker, { prefer: ['privdrop', 'caps', 'seccomp'], off: ['landlock'] }],
  [[], ['DisableSandboxSyscalls'], worker, { prefer: ['privdrop', 'caps', 'landlock'], off: ['seccomp'] }],
  [['UseSandbox = yes'], ['DisableSandboxSyscalls'], worker, { prefer: [], off: ['seccomp'] }],
  [['SandboxFilesystem = require'], ['DisableSandbox'], worker, { prefer: ['privdrop', 'caps'], off: ['seccomp'] }],
  // The user.
  [[], [], { ...worker, user: undefined }, { user: undefined, privateGroup: undefined }],
  [
    ['SandboxUserSwitch = off'],
    [],
    worker,
    { user: undefined, privateGroup: undefined, prefer: ['caps', 'landlock', 'seccomp'], off: ['privdrop'] },
  ],
  [['SandboxUserSwitch = require'], [], worker, { prefer: ['caps', 'landlock', 'seccomp'] }],
  // Paths, ports, calls.
  [['SandboxWritable = /a'], [], { ...worker, writable: ['/stage'] }, {}],
  [
    ['SandboxWritable = /a /b', 'SandboxReadable = /srv/repo', 'SandboxWritable = /c', 'SandboxPreset = minimal'],
    [],
    command,
    {
      ...ofCommand,
      landlock: {
        preset: 'minimal',
        paths: [{ ro: ['/srv/repo'] }, { rw: ['/stage', '/a', '/b', '/c'] }],
        net: { connectTcp: [80, 443] },
      },
    },
  ],
  [['SandboxPorts = 8080 443'], [], worker, { landlock: { preset: 'minimal', net: { connectTcp: [80, 443, 8080] } } }],
  [['SandboxPorts = 8080 any'], [], worker, { landlock: { preset: 'minimal', net: { connectTcp: 'any' } } }],
  [
    ['SandboxDenySyscalls = ptrace @mount execve', 'SandboxAllowSyscalls = @chown'],
    [],
    worker,
    { seccomp: { base: 'network-client', deny: ['execve', 'ptrace', '@mount'], allow: ['@chown'] } },
  ],
  [['SandboxAllowSyscalls = execve'], [], worker, { seccomp: { base: 'network-client', deny: [], allow: ['execve'] } }],
];

describe('sandboxOptions', () => {
  it.each(table)('makes of %j and %j for %j', (own, pacmanConf, needs, expected) => {
    const made = sandboxOptions(settings(own, pacmanConf), needs);
    const { user, ...rest } = { ...base, ...expected };
    expect(made).toEqual(user === undefined ? rest : { user, ...rest });
    // What it makes is what @sb/sandbox takes, names of layers and calls included.
    expect(() => createSandbox(made ?? {})).not.toThrow();
  });

  it.each([
    [['UseSandbox = no'], []],
    [['UseSandbox = no', 'SandboxUser = nobody', 'SandboxFilesystem = require'], ['DownloadUser = nobody']],
  ])('changes nothing for %j', (own, pacmanConf) => {
    expect(sandboxOptions(settings(own, pacmanConf), worker)).toBeUndefined();
  });
});

describe('the group', () => {
  it('gives a program that switches to another user a private group', () => {
    const of = (program: 'command' | 'self' | 'worker', lines: readonly string[], user?: string) =>
      sandboxOptions(settings(lines), { program, user, ports: [], writable: [] })?.privateGroup;
    expect(of('command', [], 'nobody')).toBe('prefer');
    expect(of('command', [])).toBeUndefined();
    expect(of('command', ['SandboxUserSwitch = off'], 'nobody')).toBeUndefined();
    expect(of('self', [], 'nobody')).toBeUndefined();
    expect(of('worker', [], 'nobody')).toBe('prefer');
    expect(of('self', [])).toBeUndefined();
  });
});

describe('sandboxSettings', () => {
  it("takes SandboxUser before pacman's DownloadUser", () => {
    const origin = { kind: 'file', line: 2 };
    expect(settings(['SandboxUser = fetch'], ['DownloadUser = alpm']).user).toEqual({
      key: 'SandboxUser',
      text: 'fetch',
      origin: { ...origin, file: 'own.conf' },
    });
    expect(settings([], ['DownloadUser = alpm']).user).toEqual({
      key: 'DownloadUser',
      text: 'alpm',
      origin: { ...origin, file: 'pacman.conf' },
    });
    expect(settings([]).user).toBeUndefined();
  });

  it('says where a level came from', () => {
    expect(settings([], ['Color', 'DisableSandbox']).levels.syscalls).toEqual({
      word: 'off',
      origin: { kind: 'inferred', from: 'DisableSandbox' },
    });
    expect(settings(['SandboxSyscalls = off']).levels.syscalls.origin).toMatchObject({ file: 'own.conf', line: 2 });
    expect(settings(['UseSandbox']).levels.syscalls.origin).toEqual({ kind: 'inferred', from: 'UseSandbox = yes' });
  });
});
