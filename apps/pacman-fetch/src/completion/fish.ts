import type { Option } from '../options/option.js';
import type { Completable } from './words.js';

/** For fish; also as a file `pacman-fetch.fish` among its completions. */
export function fishCompletion(all: readonly Completable[]): string {
  const names = all.map(({ name }) => name).filter((name) => name !== '');
  const lines = all.flatMap(({ name, options, offers }) => {
    const when = name === '' ? 'not __pacman_fetch_command' : `__pacman_fetch_command ${name}`;
    const start = `complete -c pacman-fetch -n '${when}'`;
    const words = name === '' || offers.length === 0 ? [] : [`${start} -a '${offers.join(' ')}'`];
    return [...words, ...Object.entries(options).map(([long, option]) => `${start} ${optionWords(long, option)}`)];
  });
  const commands = all
    .filter(({ name }) => name !== '')
    .map(({ name, about }) => `complete -c pacman-fetch -n __fish_is_first_arg -a ${name} -d ${quoted(about)}`);
  return `\
# Completion of pacman-fetch for fish: pacman-fetch completion fish | source
function __pacman_fetch_command
    set -l words (commandline -opc)
    set -q words[2]; or return 1
    if set -q argv[1]
        test $words[2] = $argv[1]
    else
        contains -- $words[2] ${names.join(' ')}
    end
end
complete -c pacman-fetch -f
${[...commands, ...lines].join('\n')}
`;
}

function optionWords(long: string, { short, value, about, names, words }: Option): string {
  return [
    `-l ${long}`,
    ...(short === undefined ? [] : [`-s ${short}`]),
    `-d ${quoted(about)}`,
    ...(value === undefined ? [] : ['-r']),
    ...(words === undefined ? [] : [`-a '${words.join(' ')}'`]),
    ...(names === 'file' ? ['-F'] : names === 'folder' ? ["-a '(__fish_complete_directories)'"] : []),
  ].join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
