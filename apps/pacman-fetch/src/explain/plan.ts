import { proxiesOf } from '@sb/fetcher/proxies';
import { join } from 'node:path';

import type { Configuration } from '../config/configuration.js';
import { type Needs, sandboxOptions } from '../config/sandbox-options.js';
import { chooseUser, type SandboxUser } from '../config/sandbox-user.js';
import { FetchError } from '../errors.js';
import { optionsUser } from '../one-file/run.js';
import { explainLevels, explainProgram, type Part, said } from './explanation.js';
import { portsOf } from './ports.js';

/** Stands for the folder of a download that a command writes into; each gets a new one. */
const staging = 'pacman-fetch-XXXXXX';

/**
 * The plan in plain words, for this machine and this user.
 *
 * @param configuration - from `loadConfiguration`
 * @param environment - for the proxies
 */
export function explainPlan(
  configuration: Configuration,
  environment: Readonly<Record<string, string | undefined>>,
): readonly Part[] {
  const { sandbox, pacman } = configuration;
  const cache = pacman.options.get('CacheDir')?.[0]?.text ?? '/';
  const files: Part = { title: 'Files', lines: fileLines(configuration, cache), isPossible: true };
  const user = choose(configuration, cache);
  if ('title' in user) return [user, files];
  const ports = portsOf(pacman.repositories, proxiesOf(environment));
  const needs: Needs = { program: 'worker', user: optionsUser(user), ports, writable: [] };
  const worker = explainProgram('Our own worker, which gets open files', sandboxOptions(sandbox, needs));
  const who: Part = { title: 'User', lines: [userLine(user)], isPossible: true };
  return [
    who,
    files,
    explainLevels(sandbox),
    worker,
    explainSelf(sandbox, needs),
    explainCommand(configuration, needs, cache),
  ];
}

/** Who downloads, or the part that says why nobody does. */
function choose({ sandbox }: Configuration, cache: string): SandboxUser | Part {
  try {
    return chooseUser(sandbox, join(cache, 'package'));
  } catch (error) {
    if (!(error instanceof FetchError)) throw error;
    const hint = error.hint === undefined ? [] : [error.hint];
    return { title: 'User', lines: [`Nothing is downloaded: ${error.message}`, ...hint], isPossible: false };
  }
}

function userLine(user: SandboxUser): string {
  if (user.kind === 'off') return `whoever starts pacman-fetch, root too (${user.source})`;
  if (user.kind === 'unchanged') return `whoever starts pacman-fetch (${user.source})`;
  const { name, uid, gid } = user.policy;
  return `${name ?? 'no name'}, uid ${uid}, gid ${gid} (${user.source})`;
}

/** The process that downloads one FILE: nothing is started, so what only a child can be given is not there. */
function explainSelf(sandbox: Configuration['sandbox'], needs: Needs): Part {
  const title = '-o FILE URL: pacman-fetch itself, once FILE is open';
  const part = explainProgram(title, sandboxOptions(sandbox, { ...needs, program: 'self' }));
  const process = 'process       the one that you start; FILE at most 16 KiB (.sig) or 128 MiB (.db, .files)';
  const note =
    'It connects to the ports of URL and its proxy; a worker takes its place where a name is given in the end.';
  const lines = part.lines.map((line) => (line.startsWith('process ') ? process : line));
  return { ...part, lines: part.isPossible ? [...lines, note] : lines };
}

function fileLines({ pacman, ownFile }: Configuration, cache: string): readonly string[] {
  const [database] = pacman.options.get('DBPath') ?? [];
  const servers = pacman.repositories.flatMap(({ values }) => [...values.CacheServer, ...values.Server]);
  const hosts = new Set(servers.flatMap(({ text }) => (URL.canParse(text) ? [new URL(text).host || 'disk'] : [])));
  return [
    `packages      ${cache}`,
    `databases     ${join(database?.text ?? '/', 'sync')}`,
    `repositories  ${pacman.repositories.map(({ name }) => name).join(' ') || 'none'}`,
    `servers       ${[...hosts].join(' ') || 'none'}`,
    `configured in pacman.conf and ${ownFile}`,
  ];
}

function explainCommand({ sandbox }: Configuration, needs: Needs, cache: string): Part {
  const command: Needs = { ...needs, program: 'command', writable: [join(cache, staging)] };
  const { xferCommand } = sandbox;
  const title =
    xferCommand === undefined
      ? 'XferCommand: none, so the worker is used; a command would have'
      : `XferCommand: ${xferCommand.text} ${said(xferCommand.origin)}`;
  const part = explainProgram(title, sandboxOptions(sandbox, command));
  const isInTheWay = xferCommand !== undefined && !part.isPossible;
  const note = `${staging} stands for a new folder for each file.`;
  return { title, lines: [...part.lines, note], isPossible: !isInTheWay };
}
