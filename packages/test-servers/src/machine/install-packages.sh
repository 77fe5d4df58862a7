#!/bin/sh
# Installs Debian packages without starting or setting up the services that come with them. To be run one at a time.
set -eu
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1

policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.d
mark='# for the time of an installation by the tests of sessions'

# What the administrator has decided stays; what a killed run has left here goes.
if [ -e "$policy" ] && ! grep -qF "$mark" "$policy"; then policy=; fi
own_folder=
if [ ! -d "$clusters" ]; then own_folder=$clusters; fi

clean_up() {
  rm -f ${policy:+"$policy"} "$clusters/sessions-test-servers.conf"
  if [ -n "$own_folder" ]; then rmdir -p --ignore-fail-on-non-empty "$own_folder"; fi
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

mkdir -p "$clusters"
printf '%s\ncreate_main_cluster = false\n' "$mark" >"$clusters/sessions-test-servers.conf"
if [ -n "$policy" ]; then
  printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
  chmod +x "$policy"
fi

install() {
  apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" </dev/null
}
# The lists of packages may be missing or old.
install "$@" || { apt-get -o DPkg::Lock::Timeout=300 update && install "$@"; }
