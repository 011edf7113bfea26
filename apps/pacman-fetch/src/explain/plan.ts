import { proxiesOf } from '@sb/fetcher/proxies';
import { join } from 'node:path';

import type { Configuration } from '../config/configuration.js';
import { type Needs, sandboxOptions } from '../config/sandbox-options.js';
import { chooseUser, downloaderOf, type SandboxUser } from '../config/sandbox-user.js';
import { FetchError } from '../errors.js';
import { packageServers, serversOf } from '../download/servers.js';
import { optionsUser } from '../one-file/run.js';
import { commandPorts } from '../xfer/ports.js';
import { explainLevels, explainProgram, type Part, originNote } from './explanation.js';
import { workerPorts } from './ports.js';
import { fewServers, levelSummary, programSummary } from './summary.js';

/** Stands for the directory that a command downloads to; each download gets a new one. */
const staging = 'pacman-fetch-XXXXXX';

/**
 * Returns the plan in plain words, for this machine and this user.
 *
 * @param configuration - from `loadConfiguration`
 * @param environment - for the proxies
 * @param isWhole - whether every program and path is described; otherwise a screen about the one that downloads
 */
export function explainPlan(
  configuration: Configuration,
  environment: Readonly<Record<string, string | undefined>>,
  isWhole: boolean,
): readonly Part[] {
  const { sandbox, pacman } = configuration;
  const cache = pacman.options.get('CacheDir')?.[0]?.text ?? '/';
  const urls = pacman.repositories.flatMap((one) =>
    serversOf(configuration, one, packageServers).usable.map(({ url }) => url),
  );
  const files: Part = { title: 'Files', lines: fileLines(configuration, { cache, urls, isWhole }), isPossible: true };
  const user = choose(configuration, cache);
  if ('title' in user) return [user, files];
  const ports = workerPorts(urls, proxiesOf(environment));
  const needs: Needs = { program: 'worker', user: optionsUser(user), ports: [], writable: [] };
  const own = explainOwn(configuration, needs, ports);
  const command = explainCommand(configuration, { ...needs, ports: commandPorts(urls, environment) }, cache);
  const who: Part = { title: 'User', lines: [userLine(user)], isPossible: true };
  if (isWhole) return [who, files, explainLevels(sandbox), ...own, command];
  const used = sandbox.xferCommand === undefined ? own.slice(0, 1) : [command];
  return [who, files, levelSummary(sandbox), ...used.map(programSummary)];
}

/** The built-in worker and this process, or why neither would download. */
function explainOwn({ sandbox }: Configuration, needs: Needs, ports: readonly number[] | string): readonly Part[] {
  const title = 'The built-in worker, which gets open files';
  if (typeof ports === 'string') {
    const isInTheWay = sandbox.xferCommand === undefined;
    return [{ title, lines: [`It would not be started: ${ports}`], isPossible: !isInTheWay }];
  }
  const own = { ...needs, ports };
  return [explainProgram(title, sandboxOptions(sandbox, own)), explainSelf(sandbox, own)];
}

/** The user that downloads, or the part that says why none can. */
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
  if (user.kind === 'off') return `the user that starts pacman-fetch, even root (${user.source})`;
  if (user.kind === 'unchanged') return `the user that starts pacman-fetch (${user.source})`;
  const { name, uid, gid } = downloaderOf(user);
  return `${name ?? 'without a name'}, uid ${uid}, gid ${gid} (${user.source})`;
}

/** The process that downloads one FILE. Nothing is started, so features that only a child can have are missing. */
function explainSelf(sandbox: Configuration['sandbox'], needs: Needs): Part {
  const title = '-o FILE URL: pacman-fetch itself, once FILE is open';
  const part = explainProgram(title, sandboxOptions(sandbox, { ...needs, program: 'self' }));
  const process = 'process       the one that you start; FILE at most 16 KiB (.sig) or 128 MiB (.db, .files)';
  const note =
    'It connects to the ports of URL and its proxy. A worker takes its place if FILE gets its name at the end.';
  const lines = part.lines.map((line) => (line.startsWith('process ') ? process : line));
  return { ...part, lines: part.isPossible ? [...lines, note] : lines };
}

interface FileFacts {
  readonly cache: string;
  readonly urls: readonly string[];
  readonly isWhole: boolean;
}

function fileLines({ pacman, ownFile }: Configuration, { cache, urls, isWhole }: FileFacts): readonly string[] {
  const [database] = pacman.options.get('DBPath') ?? [];
  const hosts = [...new Set(urls.map((url) => new URL(url).host || 'disk'))];
  return [
    `packages      ${cache}`,
    `databases     ${join(database?.text ?? '/', 'sync')}`,
    `repositories  ${pacman.repositories.map(({ name }) => name).join(' ') || 'none'}`,
    `servers       ${isWhole ? hosts.join(' ') || 'none' : fewServers(hosts)}`,
    `configured in pacman.conf and ${ownFile}`,
  ];
}

function explainCommand({ sandbox }: Configuration, needs: Needs, cache: string): Part {
  const command: Needs = { ...needs, program: 'command', writable: [join(cache, staging)] };
  const { xferCommand } = sandbox;
  const title =
    xferCommand === undefined
      ? 'XferCommand: not set, so the worker is used; a command would have'
      : `XferCommand: ${xferCommand.text} ${originNote(xferCommand.origin)}`;
  const part = explainProgram(title, sandboxOptions(sandbox, command));
  const isInTheWay = xferCommand !== undefined && !part.isPossible;
  const note = `${staging} stands for a new directory for each file.`;
  return { title, lines: [...part.lines, note], isPossible: !isInTheWay };
}
