/* SPDX-License-Identifier: MIT */
/*
 * Whether root alone puts links into a folder. Where others may, a link can be any that they made, or moved there with or
 * without its folder, whosever it is; also one that a program of another policy made under the same user.
 */
#ifndef SB_ROOT_PLACE_H
#define SB_ROOT_PLACE_H

/*
 * For an open folder and all that it lies in: each is root's, no user serves it (fuse(4)), and neither all nor a group of
 * others may write there. Above the folder itself it may be sticky: nobody renames a folder of root's there (rename(2)).
 * `unmapped`: ids that have no number in this user namespace can't be told apart, and count as root's.
 * An access control list shows as the rights of the group (acl(5)); of root's own group it is not told apart.
 */
int sb_is_root_place(long folder, int unmapped);

#endif
