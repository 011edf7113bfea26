import { listedValues, type Option, spellings } from '../option.js';
import { type Completable, type Completed, functionOf } from './completable.js';

const actions = { file: '_files', folder: '_files -/', user: '_users', group: '_groups' } as const;

/** For zsh; also as a file `_PROGRAM` on the fpath. */
export function zshCompletion(completed: Completed): string {
  const { program, commands, printedBy, runs } = completed;
  const name = functionOf(completed);
  const rest = runs ? "'*::command: _normal'" : operandsOf(program);
  return `\
#compdef ${program.name}
# Completion of ${program.name} for zsh: source <(${printedBy('zsh')})
${name}() {
${inPlace(completed)}${commands.length === 0 ? '' : commandsOf(commands)}  ${argumentsOf(program, rest)}
}
if [[ $funcstack[1] == ${name} ]]; then ${name} "$@"; else compdef ${name} ${program.name}; fi
`;
}

/** The completion of the program in whose place this one is called. */
function inPlace({ inPlaceOf }: Completed): string {
  if (inPlaceOf === undefined) return '';
  const { program, letters, names } = inPlaceOf;
  return `\
  if [[ $words[2] == (-[${letters}]*|${names.map((one) => `--${one}`).join('|')}) ]]; then
    words[1]=${program}
    _normal
    return
  fi
`;
}

/** The descriptions of the commands, and the completion after one. */
function commandsOf(commands: readonly Completable[]): string {
  return `\
  local -a commands=(
${commands.map(({ name, about }) => `    '${name}:${quoted(about)}'`).join('\n')}
  )
  if ((CURRENT > 2 && \${+commands[(r)$words[2]:*]})); then
    local command=$words[2]
    shift words
    ((CURRENT--))
    case $command in
${commands.map((one) => `      ${one.name})${behindOf(one)} ${argumentsOf(one, operandsOf(one))} ;;`).join('\n')}
    esac
    return
  fi
  if ((CURRENT == 2)) && [[ $PREFIX != -* ]]; then
    _describe command commands
    return
  fi
`;
}

function argumentsOf({ options }: Completable, rest: string): string {
  const specs = Object.entries(options).flatMap(([long, option]) => specsOf(long, option));
  return `_arguments -S ${[...specs, rest].join(' ')}`;
}

function operandsOf({ offers, listedBy = [] }: Completable): string {
  if (listedBy.length === 0) return offers.length === 0 ? "'*: : '" : `'*: :(${offers.join(' ')})'`;
  const listed = listedBy.map((words) => `\${(f)"$(${words} 2>/dev/null)"}`);
  return `'*: :{ local -a listed=(${[...offers, ...listed].join(' ')}); compadd -a listed }'`;
}

/** The completion of the program whose arguments follow a command and `--`. */
function behindOf({ behind }: Completable): string {
  if (behind === undefined) return '';
  return `
        local -i at=\${words[(i)--]}
        if ((at < CURRENT)); then
          shift $((at - 1)) words
          words[1]=${behind}
          ((CURRENT -= at - 1))
          _normal
          return
        fi
       `;
}

/** The specifications of one option for _arguments (zshcompsys(1)). */
function specsOf(long: string, option: Option): readonly string[] {
  const { value, optionalValue, repeatable, about } = option;
  return spellings(long, option).map((spelling) => {
    const name = `${repeatable === true ? '*' : ''}${spelling}`;
    if (value === undefined) return `'${name}[${quoted(about)}]'`;
    const [equals, colon] = optionalValue === true ? ['=-', '::'] : ['=', ':'];
    const argument = `${colon}${quoted(value)}:${actionOf(option)}`;
    return `'${name}${spelling.startsWith('--') ? equals : ''}[${quoted(about)}]${argument}'`;
  });
}

function actionOf(option: Option): string {
  const words = listedValues(option).join(' ');
  if (option.names === undefined) return words === '' ? ' ' : `(${words})`;
  const names = actions[option.names];
  return words === '' ? names : `_alternative "words\\:word\\:(${words})" "names\\:name\\:${names}"`;
}

function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(/[\][:]/g, '\\$&');
}
