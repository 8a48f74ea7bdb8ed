#!/bin/bash
# Install the Debian packages that the demo and the live tests use, where that is possible.
# Exits with 1, and says what is missing, where it is not.
set -euo pipefail
packages=(prometheus prometheus-alertmanager prometheus-node-exporter prometheus-pushgateway
          prometheus-redis-exporter redis-server openssl)
programs=(prometheus prometheus-alertmanager prometheus-node-exporter prometheus-pushgateway
          prometheus-redis-exporter redis-server openssl)

missing=()
for i in "${!programs[@]}"; do
  command -v "${programs[$i]}" >/dev/null || missing+=("${packages[$i]}")
done
[ ${#missing[@]} = 0 ] && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "left out, not installed: ${missing[*]}"
  echo "  help: apt-get install ${missing[*]} (as root)"
  exit 1
fi

# The packages would start services of their own, which take the ports that we look at.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
echo "installing ${missing[*]}"
log=$(mktemp)
if ! { apt-get update -qq &&
       DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
     } >"$log" 2>&1; then
  tail -n 3 "$log"
  rm -f "$log"
  echo "left out, could not be installed: ${missing[*]}"
  exit 1
fi
rm -f "$log"
