#!/bin/sh
# Runs a command as root of a user namespace that has every user, and denies setgroups(2) (user_namespaces(7)).
unshare --user sh -c 'until grep -q . /proc/self/gid_map; do sleep 0.02; done; exec "$@"' sh "$@" &
while [ "$(readlink /proc/$!/ns/user)" = "$(readlink /proc/self/ns/user)" ]; do sleep 0.02; done
echo deny >"/proc/$!/setgroups" && echo '0 0 65536' >"/proc/$!/uid_map" && echo '0 0 65536' >"/proc/$!/gid_map" || kill $!
wait $!
