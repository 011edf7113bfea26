/* What sb-exec looks at before it takes a file, each taken away once. */
import { type Mutant, never } from './mutants.js';

const trust = 'sandbox/native/launcher/exec/trust.c';
const compiled = 'sandbox/native/launcher/exec/compiled.c';
const main = 'sandbox/native/launcher/exec/main.c';
const stranger = 'sandbox/native/launcher/exec/stranger.c';
const identity = 'sandbox/native/launcher/exec/identity.c';

const taken = (attack: string): Mutant['red'] => ['compiled-trust', `takes-no-file-that ${attack}`];
const damaged = (damage: string): Mutant['red'] => ['compiled-files', damage];

/** Checks of a compiled sandbox's file. */
export const execMutants: readonly Mutant[] = [
  {
    name: 'whose the parts of a path are',
    file: trust,
    from: 'return is_own(status->st_uid) && !ll_is_served(descriptor) ? 0 : -EPERM;',
    to: 'return is_own(status->st_uid) || !ll_is_served(descriptor) ? 0 : -EPERM;',
    red: taken('another user owns'),
  },
  never(
    'who writes to a folder',
    trust,
    'walk->is_open && !(status->st_mode & STICKY)',
    taken('lies beneath a folder that all can write'),
  ),
  never(
    'who moves names to a folder with the sticky bit',
    trust,
    '!is_folder && walk->is_open',
    taken('lies in a folder with the sticky bit'),
  ),
  {
    name: 'an owner without a number',
    file: stranger,
    from: 'return uid == overflow_id() && !has_all_ids();',
    to: 'return 0 && uid == overflow_id() && !has_all_ids();',
    red: ['compiled-trust', 'takes-no-file-whose-owner-has-no-number as 65534'],
  },
  never('who writes to the file', trust, 'seen->st_mode & OTHERS_WRITE', taken('its group can write')),
  never('a file that is not as long', compiled, 'sb_u32(file + 80) != length', damaged('says another length')),
  never(
    'the checksum',
    compiled,
    'sb_u32(file + CHECKSUM) != checksum_of(file, length)',
    damaged('has one bit of another value'),
  ),
  never('the version', compiled, 'sb_u32(file + 72) != SB_COMPILED_VERSION', damaged('is of a later version')),
  never('the kernel', compiled, '!is_for_kernel(entry, machine.abi)', damaged('is for newer kernels')),
  never('the rights of the process', compiled, 'sb_u32(entry + 4) != machine.privileged', [
    'compiled',
    'that changes the user is refused to who can',
  ]),
  never('the set-user-ID bit', main, '!sb_identity_is_own()', ['compiled-trust', 'lends-its-rights-to-nobody']),
  never(
    'the capabilities of its file',
    identity,
    'sets.permitted >> capability & 1 && caps_is_ambient(capability) != 1',
    ['compiled-trust', 'lends-its-capabilities-to-nobody'],
  ),
  {
    name: 'a proof of its own',
    file: main,
    from: 'return error ? error : renew_proof(launch, bytes);',
    to: 'return error;',
    red: ['compiled', 'nests, in itself'],
  },
];
