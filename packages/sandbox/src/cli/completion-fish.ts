import { type OptionName, optionNames, optionOf } from './options.js';

const lists = {
  file: undefined,
  folder: '(__fish_complete_directories)',
  user: '(__fish_complete_users)',
  group: '(__fish_complete_groups)',
} as const;

/** For fish: `sb-run --completion fish | source`. */
export function fishCompletion(): string {
  return `\
# Completion of sb-run for fish: sb-run --completion fish | source
function __sb_run_command
    set -l words (commandline -opc) (commandline -ct)
    set -l at (contains -i -- -- $words)
    complete -C (string join ' ' -- $words[(math $at + 1)..-1])
end
complete -c sb-run -f
complete -c sb-run -n 'contains -- -- (commandline -opc)' -a '(__sb_run_command)'
${optionNames.map(lineOf).join('\n')}
`;
}

function lineOf(name: OptionName): string {
  const { value, optionalValue, about, words = [], names } = optionOf(name);
  const list = names === undefined ? undefined : lists[names];
  const offers = [...words, ...(list === undefined ? [] : [list])];
  return [
    `complete -c sb-run -l ${name} -d "${about}"`,
    ...(value === undefined || optionalValue === true ? [] : ['-r']),
    ...(offers.length === 0 ? [] : [`-a '${offers.join(' ')}'`]),
    ...(names === 'file' ? ['-F'] : value === undefined ? [] : ['-f']),
  ].join(' ');
}
