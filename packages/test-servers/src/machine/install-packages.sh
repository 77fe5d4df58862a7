#!/bin/sh
# Installs Debian packages without starting or setting up the services that come with them. To be run one at a time.
set -eu
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1

policy=/usr/sbin/policy-rc.d
cluster=/etc/postgresql-common/createcluster.d/sessions-test-servers.conf
mark='# for the time of an installation by the tests of sessions'

# What the administrator has decided stays; what a killed run has left here goes.
if [ -e "$policy" ] && ! grep -qF "$mark" "$policy"; then policy=; fi
# shellcheck disable=SC2086 # no policy, no word
trap 'rm -f $policy "$cluster"; rmdir -p --ignore-fail-on-non-empty "${cluster%/*}"' EXIT
mkdir -p "${cluster%/*}"
printf '%s\ncreate_main_cluster = false\n' "$mark" >"$cluster"
if [ -n "$policy" ]; then
  printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
  chmod +x "$policy"
fi

install() {
  apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" </dev/null
}
# The lists of packages may be missing or old.
install "$@" || { apt-get -o DPkg::Lock::Timeout=300 update && install "$@"; }
