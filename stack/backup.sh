#!/bin/bash
# The data of the stack's containers, into one file and back. What runs is stopped meanwhile: what
# is copied while it is written may not open.
#
#   stack/backup.sh save FILE [dev|prod]
#   stack/backup.sh load FILE [dev|prod]     puts back the volumes that FILE has, the others stay
set -euo pipefail

fail() { echo "error: $1" >&2; echo "  help: $2" >&2; exit 2; }

[[ $# -ge 2 && $1 =~ ^(save|load)$ ]] || fail "save or load, and a file" "stack/backup.sh save stack.tar.gz prod"
action=$1 file=$2 project=obsdash-${3:-dev}
# shellcheck source=versions.env
. "$(dirname "$0")/versions.env"
ours=(--filter "label=com.docker.compose.project=$project")

# Without what is made again at each start.
mapfile -t volumes < <(docker volume ls --quiet "${ours[@]}" | grep -v -e '_hc-bin$' -e otel-agent)
[ ${#volumes[@]} -gt 0 ] || fail "$project has no data here" "obsdash stack up makes its volumes"

# Everything is mounted in one container, each volume under its name.
busybox() {
  local mode=$1 mounts=() volume
  shift
  for volume in "${volumes[@]}"; do mounts+=(--volume "$volume:/data/$volume:$mode"); done
  docker run --rm --interactive --network none "${mounts[@]}" "busybox:$BUSYBOX_VERSION" "$@"
}

if [ "$action" = load ]; then
  [ -r "$file" ] || fail "$file cannot be read" "name a file that save has written"
  mapfile -t saved < <(tar tzf "$file" | cut -d/ -f2 | sort -u | grep .)
  [ ${#saved[@]} -gt 0 ] || fail "$file holds no volumes" "name a file that save has written"
  for volume in "${saved[@]}"; do
    [[ " ${volumes[*]} " == *" $volume "* ]] ||
      fail "there is no volume $volume here" "obsdash stack up with the profiles of then, and again"
  done
  volumes=("${saved[@]}")
fi

mapfile -t running < <(docker ps --quiet "${ours[@]}")
if [ ${#running[@]} -gt 0 ]; then
  trap 'docker start "${running[@]}" >/dev/null' EXIT
  docker stop "${running[@]}" >/dev/null
fi

if [ "$action" = save ]; then
  umask 077
  busybox ro tar c -C /data . | gzip >"$file.part"
  mv "$file.part" "$file"
  echo "$file: ${#volumes[@]} volumes, $(du -h "$file" | cut -f1)"
else
  # shellcheck disable=SC2016
  busybox rw sh -ec 'for v in "$@"; do rm -rf "/data/$v"/* "/data/$v"/.[!.]*; done; tar x -C /data' \
    sh "${volumes[@]}" < <(gunzip -c "$file")
  echo "put back: ${volumes[*]}"
fi
