#!/bin/sh
# Unpacks packages of Debian's suite sid, with all that they depend on, into a folder beside this cache's other ones. Nothing of the system
# changes: apt gets lists, a cache and a status of its own. To be run one at a time: unpack-package.sh <cache> <folder> [package…], by
# default the package of the folder's name.
set -eu
export LC_ALL=C
cache=$1 folder=$2
shift 2
if [ $# = 0 ]; then set -- "$folder"; fi
apt=$cache/apt new=$cache/.$folder.new

# Another process may have been faster.
if [ -d "$cache/$folder" ]; then exit; fi
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM

# Some machines name other vendors' sources first.
mirror=$(apt-get update --print-uris | sed -n "s|^'\(.*/debian\)/dists/.*|\1|p" | head -n 1)
if [ -z "$mirror" ]; then
  echo 'None of the sources of apt is a mirror of Debian' >&2
  exit 1
fi

# Readable for the user that downloads and the one that runs the server.
umask 022
rm -rf "$new"
mkdir -p "$apt" "$new"
: >"$apt/status"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
if [ -e "$keys" ]; then options=" [signed-by=$keys]"; else options=; fi
echo "deb$options $mirror sid main" >"$apt/sources.list"

sid() {
  apt-get -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=- \
    -o Dir::State="$apt" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt" \
    -o APT::Update::Error-Mode=any -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 \
    -y --no-install-recommends "$@" </dev/null
}
sid update
sid clean
sid install --download-only "$@"
for file in "$apt"/archives/*.deb; do dpkg -x "$file" "$new"; done
mv "$new" "$cache/$folder"
