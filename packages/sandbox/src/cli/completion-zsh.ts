import { type OptionName, optionNames, optionOf } from './options.js';

const actions = { file: '_files', folder: '_files -/', user: '_users', group: '_groups' } as const;

/** For zsh: `source <(sb-run --completion zsh)`, or a file `_sb-run` on the fpath. */
export function zshCompletion(): string {
  return `\
#compdef sb-run
# Completion of sb-run for zsh: source <(sb-run --completion zsh)
_sb_run() {
  _arguments -S \\
${optionNames.map((name) => `    ${specOf(name)} \\`).join('\n')}
    '*::command: _normal'
}
if [[ $funcstack[1] == _sb_run ]]; then _sb_run "$@"; else compdef _sb_run sb-run; fi
`;
}

/** The specification of one option for _arguments (zshcompsys(1)). */
function specOf(name: OptionName): string {
  const { value, optionalValue, repeatable, about } = optionOf(name);
  const many = repeatable === true ? '*' : '';
  const said = `[${about.replaceAll("'", "'\\''").replaceAll(/[\][:]/g, '\\$&')}]`;
  if (value === undefined) return `'${many}--${name}${said}'`;
  const label = value.replaceAll(/[\][:]/g, '\\$&');
  const [equals, colon] = optionalValue === true ? ['=-', '::'] : ['=', ':'];
  return `'${many}--${name}${equals}${said}${colon}${label}:${actionOf(name)}'`;
}

function actionOf(name: OptionName): string {
  const { words, names } = optionOf(name);
  const list = words === undefined ? undefined : `(${words.join(' ')})`;
  if (names === undefined) return list ?? ' ';
  if (words === undefined) return actions[names];
  return `_alternative "words\\:word\\:(${words.join(' ')})" "names\\:name\\:${actions[names]}"`;
}
