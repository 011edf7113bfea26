/* What the front door and its keeper check, in C. Each takes one thing away; the test that notices compiles the sources anew. */
import type { Mutant } from '@sb/test-kit/mutation';

/** What takes its place, in a source of the starter; nothing has to be built for it. */
type Change = readonly [name: string, of: string, from: string, to: string, red: Mutant['red']];

const inC = (...[name, of, from, to, red]: Change): Mutant => {
  return { name, file: `native/front/${of}.c`, from, to, red, built: false };
};
const hostile = (test: string): Mutant['red'] => ['test/front-door/hostile-server', test];
const folder = (test: string): Mutant['red'] => ['test/front-door/folder', test];
const held = (test: string): Mutant['red'] => ['test/front-door/held', test];
const listing = (test: string): Mutant['red'] => ['test/front-door/listing', test];
const call = (test: string): Mutant['red'] => ['test/front-door/call', test];

/** What may follow what, and how much of it. */
const answer = [
  inC('nothing where nothing is to be', 'answer', 'if (header->none)', 'if (0)', hostile('lies by not-zero')),
  inC(
    'one beginning',
    'answer',
    'if (answer->has_started)\n\t\treturn lie(answer, "an answer',
    'if (0)\n\t\treturn lie(answer, "an answer',
    hostile('lies by starts-twice'),
  ),
  inC(
    'the size that it claims',
    'answer',
    'if (total != WIRE_UNKNOWN && total > answer->max_bytes)',
    'if (0)',
    hostile('lies by too-large'),
  ),
  inC(
    'the bytes of one word',
    'answer',
    'if (length == 0 || length > WIRE_MAX_DATA)',
    'if (length == 0)',
    hostile('lies by large-data'),
  ),
  inC(
    'the bytes that the file has',
    'answer',
    'if (length > most - answer->received)',
    'if (length > most)',
    hostile('lies by more-than-said'),
  ),
  inC(
    'the size that it says in the end',
    'answer',
    'size != answer->received || ',
    '',
    hostile('lies by another-size'),
  ),
  inC('the place of a time', 'answer', ' || answer->received > 0)', ')', hostile('lies by late-time')),
  inC('a time that can be', 'answer', 'if (time > UINT32_MAX * 1000ULL)', 'if (0)', hostile('lies by time-beyond-all')),
  inC('the number of words', 'answer', 'answer->tokens -= 1000;', '', hostile('lies by many-frames')),
  inC(
    'words that do nothing to a terminal',
    'answer',
    "bytes[at] >= ' ' && bytes[at] <= '~'",
    '1',
    hostile('has no word that does anything'),
  ),
  inC('a last word', 'answer', 'is_over && length > 0 ?', 'is_over && length > 1 << 20 ?', hostile('lies by goes-on')),
];

/** How long it is listened to. */
const receiving = [
  inC(
    'a time that can be meant',
    'download',
    'answer->has_time && answer->time <= (now + TOLERANCE) * 1000 ?',
    'answer->has_time && now ?',
    hostile('no time that can’t be meant'),
  ),
  inC(
    'nothing that was not asked for',
    'download',
    'if (!channel_is_quiet(&download->channel))',
    'if (0)',
    hostile('can’t answer what was not asked'),
  ),
  inC(
    'an end of standing still',
    'receive',
    'return ++still->looks > RECEIVE_MAX_STILL * LOOKS;',
    'return 0;',
    hostile('stands-still'),
  ),
  inC(
    'signals while there are bytes',
    'receive',
    'if (all[1].revents)',
    'if (all[1].revents && !all[0].revents)',
    hostile('sends without end is ended by SIGINT'),
  ),
];

/** How what was started ends. */
const keeper = [
  inC(
    'a folder that is let go of first',
    'keeper',
    'meeting_leave(keeper->meeting);',
    'server_end(&keeper->server);\n\tmeeting_leave(keeper->meeting);',
    folder('is let go of as soon as pacman ends'),
  ),
  inC(
    'word of a folder that is gone',
    'keeper',
    'keeper->changes = meeting_watch(keeper->meeting);',
    'keeper->changes = -1;',
    folder('that pacman removes'),
  ),
  inC(
    'another one in the place of one that was killed',
    'keeper',
    'if (!is_whole)\n\t\treturn SILENT;',
    'if (!is_whole)\n\t\treturn REFUSED;',
    folder('has another server'),
  ),
];

/** Who is held up by what downloads, and who is not. */
const looking = [
  inC(
    'a look at a front door that has the channel',
    'keeper',
    'is_over || is_client_held(keeper) ||',
    'is_over || is_client_held(keeper) > 1 ||',
    ['test/front-door/held-up', 'by splice, which hears SIGTERM'],
  ),
  inC('a call that goes on', 'held', 'held->looks++;', 'held->looks = 0;', held('is within one call')),
  inC(
    'one that is stopped',
    'held',
    'is_stopped(pid))\n\t\theld',
    '(is_stopped(pid) && 0))\n\t\theld',
    held('is stopped within one'),
  ),
  inC(
    'those that came before',
    'held',
    '(void)channel_calls(channel);',
    '(void)channel;',
    held('was killed within a call'),
  ),
  inC('the end of asking', 'channel', 'return count(channel) || written', 'return written', held('has asked')),
  inC(
    'the end of hearing',
    'channel',
    'const int is_counted = !count(channel);',
    'const int is_counted = 1;',
    held('has heard'),
  ),
];

/** What is left to who parses URLs. */
const calls = [
  inC('names in Punycode', 'call', 'if (strstr(host, "xn--"))', 'if (0)', call('with Punycode')),
  inC('the scheme’s own port', 'call', ' || port == default_port', '', call('with the scheme’s own port')),
];

/** What downloads for it. */
const server: readonly Mutant[] = [
  {
    name: 'another program that is to download',
    file: 'src/front-door/confined.ts',
    from: 'if (settings.xferCommand !== undefined) return undefined;',
    to: '',
    red: ['test/front-door/serves', 'another program is to download'],
  },
  {
    name: 'a filter',
    file: 'src/front-door/confined.ts',
    from: ' && hasFilter(report)',
    to: '',
    red: ['test/front-door/serves', 'SandboxSyscalls = off'],
  },
];

/** What another pacman is asked for a list with, and what is taken of it. */
const ahead = [
  inC('the operation', 'listing', 'if (strchr("UDQRTFVph", *letter))', 'if (0)', listing('-Sp a lists nothing')),
  inC('what asks the network', 'listing', "if (*letter != 'y')", 'if (1)', listing('-Syu lists with')),
  inC(
    'a switch in full that asks the network',
    'listing',
    'may_mean(name, length, "refresh"))',
    'may_mean(name, length, "x"))',
    listing('--sync --refresh'),
  ),
  inC('targets from standard input', 'listing', 'if (!strcmp(word, "-"))', 'if (0)', listing('-S - lists nothing')),
  {
    name: 'questions',
    file: 'src/front-door/listed.ts',
    from: 'if (lines[0] !== certain) return [];',
    to: 'void certain;',
    red: ['src/front-door/listed', 'takes nothing of a list'],
  } satisfies Mutant,
];

/** What an ordinary user serves, and never answers. */
const unanswered = ['test/front-door/served', 'waits for no neighbour'] as const;
const served = [
  inC(
    'who serves a directory on the way',
    'place',
    'is_served(&above, reached)',
    '(0 && is_served(&above, reached))',
    unanswered,
  ),
  inC('who serves a name in a directory', 'named', ' | DONT_SYNC };', ' };', unanswered),
];

export const frontDoorMutants = [
  ...served,
  ...answer,
  ...receiving,
  ...keeper,
  ...looking,
  ...calls,
  ...ahead,
  ...server,
];
