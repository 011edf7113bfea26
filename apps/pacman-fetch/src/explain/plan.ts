import { proxiesOf } from '@sb/fetcher/proxies';
import { join } from 'node:path';

import type { Configuration } from '../config/configuration.js';
import { type Needs, sandboxOptions } from '../config/sandbox-options.js';
import { chooseUser, type SandboxUser } from '../config/sandbox-user.js';
import { FetchError } from '../errors.js';
import { packageServers, serversOf } from '../download/servers.js';
import { optionsUser } from '../one-file/run.js';
import { commandPorts } from '../xfer/ports.js';
import { explainLevels, explainProgram, type Part, originNote } from './explanation.js';
import { workerPorts } from './ports.js';

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
  const urls = pacman.repositories.flatMap((one) =>
    serversOf(configuration, one, packageServers).usable.map(({ url }) => url),
  );
  const files: Part = { title: 'Files', lines: fileLines(configuration, cache, urls), isPossible: true };
  const user = choose(configuration, cache);
  if ('title' in user) return [user, files];
  const ports = workerPorts(urls, proxiesOf(environment));
  const needs: Needs = { program: 'worker', user: optionsUser(user), ports: [], writable: [] };
  return [
    { title: 'User', lines: [userLine(user)], isPossible: true },
    files,
    explainLevels(sandbox),
    ...explainOwn(configuration, needs, ports),
    explainCommand(configuration, { ...needs, ports: commandPorts(urls, environment) }, cache),
  ];
}

/** Our worker and our own process, or why neither would download anything. */
function explainOwn({ sandbox }: Configuration, needs: Needs, ports: readonly number[] | string): readonly Part[] {
  const title = 'Our own worker, which gets open files';
  if (typeof ports === 'string') {
    const isInTheWay = sandbox.xferCommand === undefined;
    return [{ title, lines: [`It would not be started: ${ports}`], isPossible: !isInTheWay }];
  }
  const own = { ...needs, ports };
  return [explainProgram(title, sandboxOptions(sandbox, own)), explainSelf(sandbox, own)];
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

function fileLines({ pacman, ownFile }: Configuration, cache: string, urls: readonly string[]): readonly string[] {
  const [database] = pacman.options.get('DBPath') ?? [];
  const hosts = new Set(urls.map((url) => new URL(url).host || 'disk'));
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
      : `XferCommand: ${xferCommand.text} ${originNote(xferCommand.origin)}`;
  const part = explainProgram(title, sandboxOptions(sandbox, command));
  const isInTheWay = xferCommand !== undefined && !part.isPossible;
  const note = `${staging} stands for a new folder for each file.`;
  return { title, lines: [...part.lines, note], isPossible: !isInTheWay };
}
