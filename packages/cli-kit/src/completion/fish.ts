import { listedValues, type Option } from '../option.js';
import { type Completable, type Completed, functionOf } from './completable.js';

/** The command that lists names of a kind. */
const lists = {
  file: [],
  folder: ['(__fish_complete_directories)'],
  user: ['(__fish_complete_users)'],
  group: ['(__fish_complete_groups)'],
} as const;

/** For fish; also as a file `PROGRAM.fish` among its completions. */
export function fishCompletion(completed: Completed): string {
  const { program, commands, printedBy, runs, inPlaceOf } = completed;
  const start = `complete -c ${program.name}`;
  const isCommand = `_${functionOf(completed)}_command`;
  const isInPlace = `_${functionOf(completed)}_stands`;
  const hasDashes = 'contains -- -- (commandline -opc)';
  const behindLine = ({ name, behind }: Completable): readonly string[] =>
    behind === undefined
      ? []
      : [`${start} -n '${isCommand} ${name}; and ${hasDashes}' -a '(_${functionOf(completed)}_behind ${behind})'`];
  const lines = [
    ...(runs ? [`${start} -n '${hasDashes}' -a '(_${functionOf(completed)}_behind)'`] : []),
    ...(inPlaceOf === undefined ? [] : [`${start} -n ${isInPlace} -a '(_${functionOf(completed)}_in_place)'`]),
    ...commands.map(({ name, about }) => `${start} -n __fish_is_first_arg -a ${name} -d ${quoted(about)}`),
    ...[program, ...commands].flatMap((one) => {
      const when =
        one === program
          ? `not ${isCommand}${inPlaceOf === undefined ? '' : `; and not ${isInPlace}`}`
          : `${isCommand} ${one.name}`;
      const from = commands.length === 0 ? start : `${start} -n '${when}'`;
      const words = one.offers.length === 0 ? [] : [`${from} -a '${one.offers.join(' ')}'`];
      const listed = (one.listedBy ?? []).map((listing) => `${from} -a '(${listing} 2>/dev/null)'`);
      return [...words, ...listed, ...behindLine(one)].concat(
        Object.entries(one.options).map(([long, option]) => `${from} ${optionWords(long, option)}`),
      );
    }),
  ];
  return `\
# Completion of ${program.name} for fish: ${printedBy('fish')} | source
${runs || commands.some(({ behind }) => behind !== undefined) ? behindFunction(completed) : ''}${commands.length === 0 ? '' : commandFunction(completed)}${inPlaceFunctions(completed)}${start} -f
${lines.join('\n')}
`;
}

/** The completion of the program after `--`, or of the arguments of the named one. */
function behindFunction(completed: Completed): string {
  return `\
function _${functionOf(completed)}_behind
    set -l words (commandline -opc)
    set -l at (contains -i -- -- $words); or return
    set -e words[1..$at]
${asTyped('$argv')}
end
`;
}

/** Whether the command line has a command, or this one. */
function commandFunction(completed: Completed): string {
  return `\
function _${functionOf(completed)}_command
    set -l words (commandline -opc)
    set -q words[2]; or return 1
    if set -q argv[1]
        test $words[2] = $argv[1]
    else
        contains -- $words[2] ${completed.commands.map(({ name }) => name).join(' ')}
    end
end
`;
}

/** Whether this program is called in place of another one, and the completion of that one. */
function inPlaceFunctions({ inPlaceOf, ...completed }: Completed): string {
  if (inPlaceOf === undefined) return '';
  const { program, letters, names } = inPlaceOf;
  const name = `_${functionOf(completed)}`;
  return `\
function ${name}_stands
    set -l words (commandline -opc) (commandline -ct)
    set -q words[2]; and string match -qr -- '^-([${letters}]|-(${names.join('|')})$)' $words[2]
end
function ${name}_in_place
    set -l words (commandline -opc)
    set -e words[1]
${asTyped(program)}
end
`;
}

/**
 * Asks for the completions of a command line. fish gives words without what quoted them, and parses the line again. A
 * file's name may be a command by then, so each word is quoted again. The last one is as it was typed. The line is a part of its
 * option's word: it may begin with a dash, and is not taken for an option itself.
 */
function asTyped(program: string): string {
  return `\
    set -q words[1]; and set words (string escape -- $words)
    complete --do-complete=(string join ' ' -- ${program} $words (commandline -ct))`;
}

function optionWords(long: string, option: Option): string {
  const { short, value, optionalValue, about, names } = option;
  const offers = [...listedValues(option), ...(names === undefined ? [] : lists[names])];
  return [
    `-l ${long.includes('?') ? quoted(long) : long}`,
    ...(short === undefined ? [] : [`-s ${short}`]),
    `-d ${quoted(about)}`,
    ...(value === undefined || optionalValue === true ? [] : ['-r']),
    ...(offers.length === 0 ? [] : [`-a '${offers.join(' ')}'`]),
    ...(names === 'file' ? ['-F'] : value === undefined ? [] : ['-f']),
  ].join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
