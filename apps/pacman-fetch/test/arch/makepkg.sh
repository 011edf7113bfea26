# Builds a package with makepkg, as a user who may switch to root as by sudo(8): sh makepkg.sh PACMAN
set -e
mkdir /build
cd /build
cat >PKGBUILD <<'RECIPE'
pkgname=built
pkgver=1
pkgrel=1
arch=(any)
depends=(library)
makedepends=(heavy)
package() { install -D /dev/null "$pkgdir/usr/share/built/file"; }
RECIPE
cat >makepkg.conf <<'SETTINGS'
CARCH=x86_64
PKGEXT=.pkg.tar.gz
SRCEXT=.src.tar.gz
BUILDENV=(!color !check !sign)
PACMAN_AUTH=(setpriv --reuid=0 --regid=0 --clear-groups)
SETTINGS
chown -R 65534:65534 /build
caps=+setuid,+setgid
exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=$caps --ambient-caps=$caps \
  env PACMAN="$1" HOME=/build SOURCE_DATE_EPOCH=1 makepkg --config /build/makepkg.conf -sir --noconfirm
