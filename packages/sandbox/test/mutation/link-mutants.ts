/* Of the walk to what a rule names: whose links are followed, and to what. */
import { type Mutant, never } from './mutants.js';

const openPath = 'landlock/native/open_path.c';
const folders = 'landlock/native/rule_folders.c';
const place = 'landlock/native/root_place.c';
const rules = 'landlock/native/landlock.c';

const change = (name: string, [file, from, to]: readonly [string, string, string], red: Mutant['red']): Mutant => ({
  name,
  file,
  from,
  to,
  red,
});

const put = 'may_be_own(walk, link) || may_be_put(walk, link)';

/** Links, and where they lead. */
export const linkMutants: readonly Mutant[] = [
  change(
    'links of others on the way to what is granted',
    [openPath, 'walk->links->is_foreign = is_foreign(walk, link);', ''],
    ['links-of-others', 'is not followed where it is a stranger’s, wherever it leads'],
  ),
  change(
    'links that the program may have made',
    [openPath, put, 'may_be_put(walk, link)'],
    ['own-links', 'gains nothing by its next start, as root'],
  ),
  change(
    'links that others than root may have put there',
    [openPath, put, 'may_be_own(walk, link)'],
    ['links-of-others', 'one of root’s that its user moved'],
  ),
  change(
    'the owner of a link in a folder of root’s',
    [openPath, '(walk->runner != 0 && !is_roots)', '0'],
    ['links-of-others', 'one that its user owns, in a folder of root’s'],
  ),
  change(
    'the link of a third user',
    [openPath, '(walk->runner != 0 && !is_roots)', '(walk->runner != 0 && link->uid == walk->runner)'],
    ['links-of-others', 'one that a third user left'],
  ),
  change(
    'a folder that is mounted on one in itself',
    ['landlock/native/climb.c', 'return a->mount == b->mount;', 'return 1;'],
    ['own-links', 'gains nothing in a directory that is mounted on one in itself'],
  ),
  never('the file that was looked at', openPath, 'walk->user != 0 || walk->trust->is_known', [
    'links-of-others',
    'leads to the program that was looked at',
  ]),
  change(
    'the folder of what the kernel alone leads to',
    [openPath, 'is_file && lies_here', 'is_file'],
    ['links-of-others', 'one to what the launcher itself has open'],
  ),
  change(
    'who owns a folder of links',
    [place, '!is_roots(place, status->uid) || ', ''],
    ['links-of-others', 'is not followed where a stranger moved one of root’s, for root'],
  ),
  change(
    'the folders above one of links',
    [
      place,
      'sb_climb(folder, is_open_to_others, &place) == 0',
      '({ struct ll_statx one; ll_stat(folder, &one) == 0 && !is_open_to_others(&place, folder, &one); })',
    ],
    ['links-of-others', 'one of root’s in a folder that its user moved'],
  ),
  change(
    'links that are moved into a sticky folder',
    [place, ' && at != place->folder', ''],
    ['links-of-others', 'one of root’s in a folder for all'],
  ),
  change(
    'folders that a group may write to',
    [place, '(status->mode & WRITABLE_BY_GROUP)', '0'],
    ['links-of-others', 'one of root’s in a folder of a group'],
  ),
  change(
    'folders with links that may be moved',
    [rules, '(rights & LL_FS_MAKE_DIR) && (refers || (rights & LL_FS_REMOVE_DIR))', '0'],
    ['own-links', 'gains nothing by a link that it moved there'],
  ),
  change(
    'which file of the program was looked at',
    [rules, 'device_of(&status) == ll_u64(identity) && status.ino == ll_u64(identity + 8)', 'identity'],
    ['program-parts', 'is not another file that its path leads to by then'],
  ),
  change(
    'a link that vouches for another',
    [folders, 'one->links == 0 && ', ''],
    ['own-links', 'gains nothing by the folder that it may write to'],
  ),
  change(
    'what the program may do where its link leads',
    [folders, '((rights & ~LL_FS_EXECUTE) | AT_WILL) & handled', 'LL_FS_MAKE_SYM'],
    ['own-links', 'does not read its own unreadable directory'],
  ),
  change(
    'the user of the sandbox among those whose links are followed',
    ['sandbox/native/launcher/steps.c', 'launch->landlock.runner =', '(void)'],
    ['links-of-others', 'is followed to what another rule grants'],
  ),
  never('whose links may lead to what is granted', openPath, 'is_trusted(walk, link->uid)', [
    'links-of-others',
    'is followed to what another rule grants',
  ]),
  change(
    'links that lie in proc',
    [openPath, '!ll_is_proc(next)', '1'],
    ['links-in-paths', 'leads where the kernel says, in proc'],
  ),
];
