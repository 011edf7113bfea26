# A system of its own for one command, whose changes are kept: sh world.sh OUT MIRROR INPUT LAYER... -- COMMAND...
# It is run as the first process of a mount and process namespace. The machine's own root lies below; the layers above it,
# the first one on top; what the command changes goes to OUT/changes.
set -e
out=$1 mirror=$2 input=$3
shift 3
work=$out/world
mkdir "$work" "$out/changes"
mount -t tmpfs -o mode=755 none "$work"
mkdir "$work/upper" "$work/work" "$work/root" "$work/layers"
# Copied, since a layer can't lie within another one.
lower=/ count=0
layers=
while [ "$1" != -- ]; do
  count=$((count + 1))
  cp -a "$1" "$work/layers/$count"
  layers="$layers$work/layers/$count:"
  shift
done
shift
mount -t overlay -o "lowerdir=$layers$lower,upperdir=$work/upper,workdir=$work/work" overlay "$work/root"
mount -t proc none "$work/root/proc"
mount --rbind /dev "$work/root/dev"
for one in tmp run; do
  mount -t tmpfs -o mode=1777 none "$work/root/$one"
done
# As pacman-mirrors(8) or a person would.
printf 'Server = %s/$repo\n' $mirror >"$work/root/etc/pacman.d/mirrorlist"
status=0
printf %s "$input" | chroot "$work/root" env -i PATH="$PATH:/usr/sbin:/sbin" HOME=/root LC_ALL=C.UTF-8 "$@" || status=$?
# Nothing of it may stay; what ends by itself has ten seconds for that.
left=100
while kill -0 -1 2>/dev/null && [ "$left" -gt 0 ]; do
  sleep 0.1
  left=$((left - 1))
done
for one in tmp run; do
  mkdir -p "$work/upper/$one"
  cp -a "$work/root/$one/." "$work/upper/$one/"
done
[ "$left" -gt 0 ] || echo "still running" >"$work/upper/still-running"
cp -a "$work/upper/." "$out/changes/"
exit "$status"
