/* Who downloads, and what confines that. Each takes one thing away; the test that notices is named beside it. */
import { change, type Mutant, without } from '@sb/test-kit/mutation';

const here = (test: string): Mutant['red'] => ['src/one-file/in-this-process', test];
const options = (test: string): Mutant['red'] => ['src/config/sandbox-options', test];
const user = (test: string): Mutant['red'] => ['src/config/sandbox-user', test];
const command = (test: string): Mutant['red'] => ['src/xfer/command', test];
const doctor = (test: string): Mutant['red'] => ['src/doctor/try-layers', test];

/** Whatever runs as another user, beside other processes of that user. */
const group = without(
  'a group that no other process has',
  'config/sandbox-options',
  "...(isSwitched && needs.program !== 'self' ? { privateGroup: 'prefer' } : {}),",
  options('gives a program that switches to another user a private group'),
);

/** The process that downloads by itself. */
const self = [
  without(
    'a process that is no longer root',
    'one-file/in-this-process',
    'requireNoRoot(user, report);',
    here('asks nobody for anything while its effective uid'),
  ),
  change(
    'every uid of that process',
    'one-file/in-this-process',
    'verified?.uid.includes(0) !== true',
    'verified?.uid[0] !== 0',
    here('asks nobody for anything while its saved uid'),
  ),
  change(
    'a process of which nothing says who it is',
    'one-file/in-this-process',
    "verified === undefined && process.platform === 'linux'",
    'false',
    here('asks nobody for anything while nothing says'),
  ),
  change(
    'root where that was asked for alone',
    'one-file/in-this-process',
    "if (user.kind === 'off') return;",
    "if (user.kind !== 'switch') return;",
    here('asks nobody for anything while its real uid'),
  ),
  change(
    'sealing what has its name',
    'one-file/in-this-process',
    'run.destination.seal();',
    'void run.destination;',
    here('says that it gives up names'),
  ),
  change(
    'the bound on what it writes',
    'one-file/in-this-process',
    'rlimits: { core: 0, ...fileLimit(run) }',
    'rlimits: { core: 0 }',
    here('writes no more than FILE may have'),
  ),
  change(
    'the time of its own file alone',
    'one-file/in-this-process',
    'if (!isOwn) return [];',
    '',
    here('gives a time to its own FILE alone'),
  ),
  change(
    'a time by the descriptor alone',
    'one-file/in-this-process',
    'arg(0).eq32(destination.descriptor), arg(1).eq64(0)',
    'arg(0).eq32(destination.descriptor)',
    here('gives a time to its own FILE alone'),
  ),
  change(
    'giving up what was inherited',
    'one-file/in-this-process',
    '{ prepare: () => forget(expected) }',
    '{}',
    here('writes no more than FILE may have'),
  ),
];

/** What the configuration says of the sandbox. */
const configured = [
  change(
    'no execution in the worker',
    'config/sandbox-options',
    "base: 'network-client', deny: ['execve'] }",
    "base: 'network-client', deny: [] }",
    options('makes of [] and [] for'),
  ),
  change(
    'the user',
    'config/sandbox-options',
    '...(isSwitched ? { user: needs.user } : {}),',
    '',
    options('makes of [] and [] for'),
  ),
  change(
    'folders that a command alone may write to',
    'config/sandbox-options',
    "needs.program === 'command' ?",
    'true ?',
    options('makes of ["SandboxWritable = /a"]'),
  ),
  change(
    'ports of its servers alone',
    'config/sandbox-options',
    "if (ports.some(({ text }) => text === 'any')) return 'any';",
    "return 'any';",
    options('makes of [] and [] for'),
  ),
  change(
    'what is required',
    'config/sandbox-options',
    "prefer: named(settings, 'prefer'),",
    "prefer: [...named(settings, 'prefer'), ...named(settings, 'require' as 'prefer')],",
    options('makes of ["UseSandbox = yes"] and [] for'),
  ),
  change(
    'what was not switched off',
    'config/sandbox-options',
    "off: named(settings, 'off'),",
    "off: [...named(settings, 'off'), ...named(settings, 'prefer')],",
    options('makes of [] and [] for'),
  ),
  change(
    'another user than root',
    'config/sandbox-user',
    'owner.uid !== 0) return become(owner',
    'owner.uid >= 0) return become(owner',
    user('fails if the directory is root’s'),
  ),
  change(
    'the user that is named',
    'config/sandbox-user',
    'if (user !== undefined) return orStay(become(',
    'if (user === null) return orStay(become(',
    user('is the owner of the directory, or the named user'),
  ),
];

/** A command of the configuration. */
const commands = [
  change(
    'standard input of its own',
    'xfer/command',
    "['ignore', 'pipe', 'pipe']",
    "['inherit', 'pipe', 'pipe']",
    command('gives one nothing of our streams'),
  ),
  change(
    'pipes in the place of our terminal',
    'xfer/command',
    "['ignore', 'pipe', 'pipe']",
    "['ignore', 'inherit', 'pipe']",
    command('gives one nothing of our streams'),
  ),
  change(
    'an environment of its own',
    'xfer/command',
    'env: environmentIn(staging.path)',
    'env: process.env as Record<string, string>',
    command('gives one nothing of our streams'),
  ),
  change(
    'the bound on what it writes',
    'xfer/command',
    'fsize: boundOf(file)',
    "fsize: 'unlimited' as const",
    command('gives one nothing of our streams'),
  ),
  without(
    'no start after the end',
    'xfer/command',
    'signal.throwIfAborted();',
    command('starts no command for a signal'),
  ),
];

/** What doctor makes of what it tried. */
const verdicts = [
  change(
    'what was not denied',
    'doctor/try-layers',
    "result === 'failed'",
    "result === ('none' as 'failed')",
    doctor('and was not denied is broken'),
  ),
  change(
    'what proves nothing',
    'doctor/try-layers',
    '...findings, ...unproved(test)]',
    '...findings]',
    doctor('and proves nothing is said'),
  ),
  change(
    'no proof where none passed',
    'doctor/try-layers',
    "own.some(({ result }) => result === 'passed')",
    "own.some(({ result }) => result !== 'failed')",
    doctor('and proves nothing is said'),
  ),
  change(
    'what is required and missing',
    'doctor/try-layers',
    "level === 'require' ? ",
    "level === 'never' ? ",
    doctor('is partial where it is preferred'),
  ),
  change(
    'what was switched off',
    'doctor/try-layers',
    "levels[layer].word === 'off')",
    "levels[layer].word === 'never')",
    doctor('is partial where it was switched off'),
  ),
  change('the worst of all', 'doctor/diagnosis', "if (has('broken')) return 'broken';", '', [
    'src/doctor/try-layers',
    'and was not denied is broken',
  ]),
];

export const confinementMutants = [group, ...self, ...configured, ...commands, ...verdicts];
