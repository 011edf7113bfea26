import type { Option } from '../options/option.js';
import { type Completable, spellings } from './words.js';

/** For zsh; also as a file `_pacman-fetch` on the fpath. */
export function zshCompletion(all: readonly Completable[]): string {
  const [program, ...commands] = all;
  const described = commands.map(({ name, about }) => `    '${name}:${quoted(about)}'`);
  const cases = commands.map((command) => `      ${command.name}) ${argumentsOf(command)} ;;`);
  return `\
#compdef pacman-fetch
# Completion of pacman-fetch for zsh: source <(pacman-fetch completion zsh)
_pacman_fetch() {
  local -a commands=(
${described.join('\n')}
  )
  if ((CURRENT > 2 && \${+commands[(r)$words[2]:*]})); then
    local command=$words[2]
    shift words
    ((CURRENT--))
    case $command in
${cases.join('\n')}
    esac
    return
  fi
  if ((CURRENT == 2)) && [[ $PREFIX != -* ]]; then
    _describe command commands
    return
  fi
  ${program === undefined ? ':' : argumentsOf(program, ' ')}
}
if [[ $funcstack[1] == _pacman_fetch ]]; then _pacman_fetch "$@"; else compdef _pacman_fetch pacman-fetch; fi
`;
}

function argumentsOf({ options, offers }: Completable, operands = offers.join(' ')): string {
  const specs = Object.entries(options).flatMap(([long, option]) => specsOf(long, option));
  const rest = operands.trim() === '' ? "'*: : '" : `'*: :(${operands})'`;
  return `_arguments -S ${[...specs, rest].join(' ')}`;
}

/** The specifications of one option for _arguments (zshcompsys(1)). */
function specsOf(long: string, { short, value, about, names, words }: Option): readonly string[] {
  const action =
    words === undefined ? { file: '_files', folder: '_files -/', none: ' ' }[names ?? 'none'] : `(${words.join(' ')})`;
  return spellings(long, short).map((spelling) => {
    const equals = value !== undefined && spelling.startsWith('--') ? '=' : '';
    const argument = value === undefined ? '' : `:${value}:${action}`;
    return `'${spelling}${equals}[${quoted(about)}]${argument}'`;
  });
}

function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(/[\][:]/g, '\\$&');
}
