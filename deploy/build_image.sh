#!/usr/bin/env bash
# Builds one service's image: deploy/build_image.sh gateway. By docker where an engine answers, else by buildah.
# From the environment: VERSION, PYTHON_IMAGE and NODE_IMAGE (other base images), BUILDAH_FLAGS (such as
# "--root … --runroot …"), BUILD_FLAGS (such as mounts of a pip.conf and a certificate of a company's mirror).
set -euo pipefail
service="${1:?which service: gateway, dialogue, scoring, routing or reporting}"
revision="$(git rev-parse HEAD 2>/dev/null || echo unknown)"
version="${VERSION:-local}"
arguments=(--build-arg "SERVICE=$service" --build-arg "VERSION=$version" --build-arg "REVISION=$revision")
[ -z "${PYTHON_IMAGE:-}" ] || arguments+=(--build-arg "PYTHON_IMAGE=$PYTHON_IMAGE")
[ -z "${NODE_IMAGE:-}" ] || arguments+=(--build-arg "NODE_IMAGE=$NODE_IMAGE")
read -ra extra <<< "${BUILD_FLAGS:-}"
if docker info > /dev/null 2>&1; then
  exec docker build "${arguments[@]}" "${extra[@]}" --tag "sdr-$service:$version" .
fi
command -v buildah > /dev/null || { echo "Neither a docker engine nor buildah answers; install one (on Debian: apt install buildah)." >&2; exit 1; }
read -ra store <<< "${BUILDAH_FLAGS:-}"
exec buildah "${store[@]}" build --isolation chroot --format docker "${arguments[@]}" "${extra[@]}" --tag "sdr-$service:$version" .
