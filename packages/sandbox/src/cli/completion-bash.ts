import { type Option, type OptionName, optionNames, optionOf } from './options.js';

/** What compgen(1) is asked for, by the kind of name. */
const actions = { file: '-f', folder: '-d', user: '-u', group: '-g' } as const;

/** For bash 3.2 and later: `source <(sb-run --completion bash)`. */
export function bashCompletion(): string {
  const names = [...optionNames.map((name) => `--${name}`), '--'];
  return `\
# Completion of sb-run for bash: source <(sb-run --completion bash)
_sb_run() {
  local IFS=$' \\t\\n' cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at
  for ((at = 1; at < COMP_CWORD; at++)); do
    [[ \${COMP_WORDS[at]} == -- ]] || continue
    if declare -F _command_offset >/dev/null; then
      _command_offset $((at + 1))
    elif ((COMP_CWORD == at + 1)); then
      _sb_run_offer -c
    else
      _sb_run_offer -f
    fi
    return
  done
  # --option=value arrives as three words.
  [[ $prev == = ]] && prev=\${COMP_WORDS[COMP_CWORD - 2]}
  [[ $cur == = ]] && prev=\${COMP_WORDS[COMP_CWORD - 1]} cur=
  case $prev in
${optionNames.flatMap(caseOf).join('\n')}
  esac
  _sb_run_offer ${wordList(names)}
}
_sb_run_offer() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen "$@" -- "$cur"))
}
complete -o filenames -F _sb_run sb-run
`;
}

/** compgen(1) splits at the IFS, which is a line end here, so that names with blanks stay whole. */
function wordList(words: readonly string[]): string {
  return `-W $'${words.join('\\n')}'`;
}

function caseOf(name: OptionName): readonly string[] {
  const { value, optionalValue, words, names }: Option = optionOf(name);
  if (value === undefined || (optionalValue === true && names === undefined)) return [];
  const offers = [...(words === undefined ? [] : [wordList(words)]), ...(names ? [actions[names]] : [])];
  const offer = offers.length === 0 ? '' : `_sb_run_offer ${offers.join(' ')}; `;
  // Its value can only follow a =.
  const only = optionalValue === true ? `[[ \${COMP_WORDS[COMP_CWORD - 1]} == = || $COMP_LINE == *=* ]] && ` : '';
  return only === '' ? [`    --${name}) ${offer}return ;;`] : [`    --${name}) ${only}{ ${offer}return; } ;;`];
}
