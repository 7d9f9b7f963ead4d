# Makes a Debian root file system from packages, once for the same inputs, and leaves its place in $folder.
# Environment: MORGAN_ROOTFS (names the inputs), MORGAN_MIRROR, MORGAN_CACHE, SOURCE_DATE_EPOCH.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder="$MORGAN_CACHE/debian-$MORGAN_ROOTFS"
if [ ! -s "$folder/rootfs.tar" ]; then
  echo "making a Debian root file system from packages: about half a minute" >&2
  mkdir -p "$folder"
  # Essential packages and apt, nothing else: the hooks merge /usr without the package usrmerge, which wants all of Perl.
  # What no container reads is left out, here and by dpkg in every stage on top: texts for people, and character sets
  # other than Unicode's, which glibc has within itself. What tells of the machine and the moment is removed, so that the
  # same packages give the same bytes.
  mmdebstrap --variant=apt --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/lintian/*' --dpkgopt='path-exclude=/usr/share/bash-completion/*' \
    --dpkgopt='path-exclude=/usr/share/i18n/*' --dpkgopt='path-exclude=/usr/lib/*/gconv/*' \
    --customize-hook='rm -rf "$1"/etc/hostname "$1"/etc/resolv.conf "$1"/var/cache/ldconfig/aux-cache "$1"/var/log/*' \
    --customize-hook='rm -f "$1"/var/cache/debconf/*-old "$1"/var/lib/dpkg/*-old' \
    bookworm "$work/rootfs.tar" ${MORGAN_MIRROR:+"$MORGAN_MIRROR"} >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; exit 1; }
  unfinished="$folder/rootfs.tar.$$"
  mv "$work/rootfs.tar" "$unfinished"
  mv "$unfinished" "$folder/rootfs.tar"
fi
