import { listedValues, spellings } from '../option.js';
import { type Completable, type Completed, functionOf } from './completable.js';

/** The arguments of compgen(1), by the kind of name. */
const actions = { file: '-f', folder: '-d', user: '-u', group: '-g' } as const;

/** For bash 3.2 and later. */
export function bashCompletion(completed: Completed): string {
  const { program, commands, printedBy, runs } = completed;
  const name = functionOf(completed);
  const names = commands.map((command) => command.name);
  const own = { ...program, name: '', offers: [...names, ...program.offers, ...(runs ? ['--'] : [])] };
  const all = [own, ...commands];
  return `\
# Completion of ${program.name} for bash: source <(${printedBy('bash')})
${name}() {
  local IFS=$' \\t\\n' cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command= inline= at
${inPlace(completed)}  for ((at = 1; at < COMP_CWORD; at++)); do
    [[ \${COMP_WORDS[at]} == -- ]] || continue
${runs ? behind(name) : behindCommands(commands)}    return
  done
  # --option=value arrives as three words.
  [[ $prev == = ]] && prev=\${COMP_WORDS[COMP_CWORD - 2]} inline=1
  [[ $cur == = ]] && prev=\${COMP_WORDS[COMP_CWORD - 1]} cur= inline=1
${names.length === 0 ? '' : commandOf(names)}  case $command:$prev in
${all.flatMap((one) => valueCases(name, one)).join('\n')}
  esac
  case $command in
${all.map((one) => wordsCase(name, one)).join('\n')}
  esac
}
${commands.some(({ listedBy = [] }) => listedBy.length > 0) ? listFunction(name) : ''}${name}_offer() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen "$@" -- "$cur"))
}
complete -o filenames -F ${name} ${program.name}
`;
}

/** The completion of the program in whose place this one is called. */
function inPlace({ inPlaceOf }: Completed): string {
  if (inPlaceOf === undefined) return '';
  const { program, letters, names } = inPlaceOf;
  return `\
  case \${COMP_WORDS[1]-} in
    -[${letters}]* | ${names.map((one) => `--${one}`).join(' | ')})
      if declare -F _command_offset >/dev/null; then
        COMP_WORDS[0]=${program}
        COMP_LINE="\${COMP_WORDS[*]}"
        COMP_POINT=\${#COMP_LINE}
        _command_offset 0
      fi
      return ;;
  esac
`;
}

/** The completion of another program, if bash-completion(7) is available to find it. */
function behind(name: string): string {
  return `\
    if declare -F _command_offset >/dev/null; then
      _command_offset $((at + 1))
    elif ((COMP_CWORD == at + 1)); then
      ${name}_offer -c
    else
      ${name}_offer -f
    fi
`;
}

/** The completion of the program whose arguments follow a command and `--`. */
function behindCommands(commands: readonly Completable[]): string {
  const cases = commands.flatMap(({ name, behind: other }) =>
    other === undefined ? [] : `      ${name}) set -- ${other} ;;\n`,
  );
  if (cases.length === 0) return '';
  return `\
    set --
    case \${COMP_WORDS[1]} in
${cases.join('')}    esac
    if (($# == 1)) && declare -F _command_offset >/dev/null; then
      COMP_WORDS=("$1" "\${COMP_WORDS[@]:at + 1}")
      COMP_CWORD=$((COMP_CWORD - at)) COMP_LINE="\${COMP_WORDS[*]}"
      COMP_POINT=\${#COMP_LINE}
      _command_offset 0
    fi
`;
}

function commandOf(names: readonly string[]): string {
  return `\
  if ((COMP_CWORD > 1)); then
    case \${COMP_WORDS[1]} in
      ${names.join(' | ')}) command=\${COMP_WORDS[1]} ;;
    esac
  fi
`;
}

function valueCases(name: string, { name: command, options }: Completable): readonly string[] {
  return Object.entries(options)
    .filter(([, { value }]) => value !== undefined)
    .map(([long, option]) => {
      // Characters of patterns in a case: --rw? would match --rwx too.
      const pattern = spellings(long, option).map((one) => `${command}:${one.replaceAll('?', '\\?')}`);
      const listed = listedValues(option);
      const offers = [
        ...(listed.length === 0 ? [] : [wordList(listed)]),
        ...(option.names ? [actions[option.names]] : []),
      ];
      const offer = offers.length === 0 ? 'return' : `${name}_offer ${offers.join(' ')}; return`;
      return `    ${pattern.join(' | ')}) ${option.optionalValue === true ? `[[ $inline ]] && { ${offer}; }` : offer} ;;`;
    });
}

function wordsCase(name: string, { name: command, options, offers, listedBy = [] }: Completable): string {
  const longs = Object.keys(options).map((long) => `--${long}`);
  const lists = listedBy.map((words) => `; ${name}_list ${words}`).join('');
  return `    ${command === '' ? "''" : command}) ${name}_offer ${wordList([...offers, ...longs])}${lists} ;;`;
}

/** compgen(1) would expand the listed words, including commands in them; names of packages come from others. */
function listFunction(name: string): string {
  return `\
${name}_list() {
  local one
  while IFS= read -r one; do
    [[ $one == "$cur"* ]] && COMPREPLY+=("$one")
  done < <("$@" 2>/dev/null)
}
`;
}

/** compgen(1) splits at the IFS, which is a line end here, so names with blanks stay whole. */
function wordList(words: readonly string[]): string {
  return `-W $'${words.join('\\n')}'`;
}
