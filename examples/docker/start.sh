#!/bin/sh
# What the container does: downloads what its argument names, then tries from inside a sandbox what must be denied.
set -eu
node /app/download.mjs "$1" /tmp/file
# A container gives its user capabilities in the bounding set that only root can drop. With no_new_privs, which every sandbox
# sets, nothing can be gained from them: so they are not asked for, and all that is asked for has to be in force.
exec /app/node_modules/.bin/sb-run --off caps.bounding --off caps.securebits --self-test
