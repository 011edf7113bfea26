/* Whose orders root takes, and what the words of others do to a terminal. */
import { change, type Mutant, without } from '@sb/test-kit/mutation';

const configuration = (test: string): Mutant['red'] => ['src/config/configuration', test];
const fuzz = (test: string): Mutant['red'] => ['test/config/fuzz', test];
const said = (test: string): Mutant['red'] => ['src/xfer/command-output', test];

/** Configurations. */
const orders = [
  change(
    'the owner of a configuration',
    'config/file-text',
    "import { openTrustedFile } from '@sb/files';",
    "import { openContentFile as openTrustedFile } from '@sb/files';",
    configuration('is not taken from a stranger'),
  ),
  without(
    'the way to what an Include names',
    'config/glob',
    "if (isFilesError(error) && error.code === 'untrusted-path') throw error;",
    ['src/config/glob', 'refuses a pattern below a directory of a neighbour'],
  ),
  change(
    'a folder in the place of our own file',
    'config/configuration',
    'if (opened?.isFolder !== true) return undefined;',
    'return undefined;',
    configuration('is not treated as absent'),
  ),
  change(
    'a link in the place of our own file',
    'config/configuration',
    'if (read.isAbsent && !isLink(file)) return reader;',
    'if (read.isAbsent) return reader;',
    configuration('is not treated as absent'),
  ),
  change(
    'pipes that nobody writes to',
    'config/file-text',
    "if (!mayWait && (status.isFIFO() || status.isSocket())) throw new Error('it is a pipe');",
    '',
    fuzz('does not wait for a pipe'),
  ),
  change('variables that Node would heed', 'node-variables', 'NODE|OPENSSL|ICU', 'NODE|OPENSSL', [
    'src/node-variables',
    'takes what Node and its libraries',
  ]),
];

/** What a program says that was started, and how large files may be. */
const words = [
  change(
    'words that do nothing to a terminal',
    'xfer/command-output',
    'printable(line, this.#options.charset)',
    'line',
    said('shows no escape'),
  ),
  change(
    'the length of a line',
    'xfer/command-output',
    'shown.length > maxLine ?',
    'false ?',
    said('shows the start of a long line'),
  ),
  change(
    'the number of lines',
    'xfer/command-output',
    'if (this.#allowance < 1) {',
    'if (false) {',
    said('shows no more lines than'),
  ),
  change('control characters', 'ui/text', '[\\p{C}\\u2028\\u2029]', '[\\u2028\\u2029]', [
    'src/ui/bar',
    'is printed as',
  ]),
  change('the size of a signature', 'one-file/limits', '[/\\.sig$/, 16 * KiB],', '', [
    'src/one-file/limits',
    'bounds core.db.sig to',
  ]),
  change(
    'databases that are never gone on with',
    'one-file/limits',
    'mayResume: known === undefined',
    'mayResume: true',
    ['src/one-file/limits', 'resumes packages only'],
  ),
];

/** A change that shows in the program as it is built. */
const built = (mutant: Mutant): Mutant => ({ ...mutant, built: true });

/** What the program as a whole does. */
const whole = [
  built(
    change(
      'the way to a report',
      'one-file/report-file',
      "import { filesClause, isFilesError, openOutput, writeFailed, writeWhole } from '@sb/files';",
      "import { openSync } from 'node:fs'; import { filesClause, isFilesError, writeFailed, writeWhole } from '@sb/files'; const openOutput = (path: string): number => openSync(path, 'a');",
      ['test/enforcement/names-of-others', 'no report goes into a link'],
    ),
  ),
  built(
    change(
      'a report that is closed before the network is asked',
      'one-file/report-file',
      'this.#warn(error);\n    }\n    this.#close();',
      'this.#warn(error);\n    }',
      ['test/enforcement/identity', 'holds no report open while the network answers, for x.part'],
    ),
  ),
  built(
    change('what root without a switch is reported as', 'fetch', "isRoot && said.status === 'full'", 'false', [
      'test/enforcement/identity',
      'leaves root is not reported as full, for x.part',
    ]),
  ),
  built(
    change(
      'what root without a switch is for doctor',
      'doctor/examine',
      "isRoot() ? 'broken' : 'partial'",
      "'partial'",
      ['test/doctor/doctor', 'root itself, by SandboxUserSwitch = off'],
    ),
  ),
  built(
    change('layers that are off for doctor', 'doctor/try-layers', 'off: Object.values(layers)', 'off: []', [
      'test/doctor/doctor',
      'root itself, by UseSandbox = no',
    ]),
  ),
  built(
    change('descriptors that strayed in', 'descriptors', '!closesOnExec(descriptor)', 'false', [
      'test/enforcement/identity',
      'holds no descriptor that it was not meant to have, for x.part',
    ]),
  ),
  built(
    change('what is typed into our terminal', 'own-terminal', 'if (isReadable(stream)) openAnew(stream);', '{}', [
      'test/enforcement/terminal',
      'keeps no descriptor of the terminal that can be read',
    ]),
  ),
  built(
    change('variables of Node’s for what is started', 'program', 'forgetNodeVariables();\n', '\n', [
      'test/words-of-others',
      'is told nothing that Node would take orders from',
    ]),
  ),
];

export const wordMutants = [...orders, ...words, ...whole];
