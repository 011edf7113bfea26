/**
 * Lists what a pacman is about to download, if it may have had a question. The lister of a keeper executes this program
 * (`native/front/lister.c`), without privileges and without network. If an answer decides, it lists nothing.
 */
import { loadConfiguration } from '../config/configuration.js';
import { forgetNodeVariables } from '../node-variables.js';
import { questionBeforehand } from '../pacman/ask-beforehand.js';
import { placeOptions, readPacmanCommand } from '../pacman/command-line.js';
import { runPacman } from '../pacman/run-pacman.js';
import { certain } from './listed.js';

/** Bytes to download, URL, repository, name. */
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
// It is built as a CommonJS module. After an error, files are downloaded as they are asked for.
void list(process.argv.slice(2)).then(
  (text) => process.stdout.write(text),
  () => {},
);
