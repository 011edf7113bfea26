import type { Option } from '../options/option.js';
import { type Completable, spellings } from './words.js';

/** For bash 3.2 and later. */
export function bashCompletion(all: readonly Completable[]): string {
  const names = all.map(({ name }) => name).filter((name) => name !== '');
  const values = all.flatMap(({ name, options }) =>
    Object.entries(options).flatMap(([long, option]) => valueCase(`${name}:`, long, option)),
  );
  const words = all.map(({ name, options, offers }) => {
    const longs = Object.keys(options).map((long) => `--${long}`);
    return `    ${name}:) _pacman_fetch_offer ${wordList([...offers, ...longs])} ;;`;
  });
  return `\
# Completion of pacman-fetch for bash: source <(pacman-fetch completion bash)
_pacman_fetch() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command=
  # --option=value arrives as three words.
  [[ $prev == = ]] && prev=\${COMP_WORDS[COMP_CWORD - 2]}
  [[ $cur == = ]] && prev=\${COMP_WORDS[COMP_CWORD - 1]} cur=
  if ((COMP_CWORD > 1)); then
    case \${COMP_WORDS[1]} in
      ${names.join(' | ')}) command=\${COMP_WORDS[1]} ;;
    esac
  fi
  # What follows -- is pacman's.
  [[ " \${COMP_WORDS[*]:0:COMP_CWORD} " == *' -- '* ]] && return
  case $command:$prev in
${values.join('\n')}
  esac
  case $command: in
${words.join('\n')}
  esac
}
_pacman_fetch_offer() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen "$@" -- "$cur"))
}
complete -o filenames -F _pacman_fetch pacman-fetch
`;
}

function valueCase(command: string, long: string, { short, value, names, words }: Option): readonly string[] {
  if (value === undefined) return [];
  const pattern = spellings(long, short)
    .map((one) => `${command}${one}`)
    .join(' | ');
  const action = names === undefined ? '' : names === 'file' ? '-f' : '-d';
  const offer = words === undefined ? action : wordList(words);
  return [`    ${pattern}) ${offer === '' ? '' : `_pacman_fetch_offer ${offer}; `}return ;;`];
}

/** compgen(1) splits at the IFS, which is a line end here, so that names with blanks stay whole. */
function wordList(words: readonly string[]): string {
  return `-W $'${words.join('\\n')}'`;
}
