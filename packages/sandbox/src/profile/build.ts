import { devices, programs, sink, system } from './places.js';
import type { Profile } from './profile.js';

/** Where version managers and package managers put programs in a home directory. */
const toolchains = [
  '~/.local/bin',
  '~/.cargo',
  '~/.rustup',
  '~/.nvm',
  '~/.volta',
  '~/.local/share/fnm',
  '~/.local/share/mise',
  '~/.asdf',
  '~/.pyenv',
  '~/.rbenv',
  '~/.sdkman',
  '~/.bun',
  '~/.deno',
  '~/go',
  '~/.ghcup',
  '~/.local/share/virtualenvs',
] as const;

/** Downloaded packages, and settings of tools without secrets. */
const caches = [
  '~/.npm',
  '~/.cache/bazel',
  '~/.cache/ccache',
  '~/.cache/go-build',
  '~/.cache/node',
  '~/.cache/node-gyp',
  '~/.cache/pip',
  '~/.cache/pnpm',
  '~/.cache/pypoetry',
  '~/.cache/uv',
  '~/.cache/yarn',
  '~/.local/share/pnpm',
  '~/.yarn',
  '~/.m2',
  '~/.gradle',
  '~/.ivy2',
  '~/.nuget',
  '~/.composer',
  '~/.gem',
  '~/.gitconfig',
  '~/.config/git',
] as const;

/** As `project`, for compilers and package managers that use their caches. */
export const build: Profile = {
  about:
    'as project; reads toolchains and package caches of the home directory, executes in its private tmp; no network',
  preset: 'none',
  paths: [
    programs,
    system,
    { access: 'rwx', paths: ['.'] },
    { access: 'rx', paths: toolchains },
    { access: 'ro', paths: caches },
    sink,
    devices,
  ],
  program: true,
  tmp: 'rwx',
  connectTcp: [],
  bindTcp: [],
  internet: 'with-ports',
};
