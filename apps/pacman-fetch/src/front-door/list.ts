/**
 * Lists what a pacman is about to download, where it may have had a question: the lister of a keeper becomes this program
 * (`native/front/lister.c`), without rights and without network. Nothing is listed where an answer decides.
 */
import { loadConfiguration } from '../config/configuration.js';
import { forgetNodeVariables } from '../node-variables.js';
import { questionBeforehand } from '../pacman/ask-beforehand.js';
import { placeOptions, readPacmanCommand } from '../pacman/command-line.js';
import { runPacman } from '../pacman/run-pacman.js';
import { certain } from './listed.js';

/** Bytes still to come, URL, repository, name. */
const format = '%s\t%l\t%r\t%n';

async function list(args: readonly string[]): Promise<string> {
  const command = readPacmanCommand(args);
  if (command === undefined) return '';
  const { signal } = new AbortController();
  const result = await runPacman(['--print', '--print-format', format, '--noconfirm', ...args], signal);
  if (result?.status !== 0) return '';
  const rows = result.stdout.split('\n').map((line) => line.split('\t'));
  const packages = rows.flatMap(([, , repository, name]) => (name === undefined ? [] : `${repository}/${name}`));
  const configuration = await loadConfiguration({ config: command.values.get('config')?.at(-1), mayBeAbsent: true });
  const listed = { command, packages, options: placeOptions(command) };
  if ((await questionBeforehand(configuration, listed, signal)) !== undefined) return '';
  const lines = rows.flatMap(([size, url, , name]) => (name === undefined ? [] : `${size} ${url}\n`));
  return `${certain}\n${lines.join('')}`;
}

forgetNodeVariables();
// It is built as a CommonJS module. Whatever goes wrong, files are downloaded as they are asked for.
void list(process.argv.slice(2)).then(
  (text) => process.stdout.write(text),
  () => {},
);
