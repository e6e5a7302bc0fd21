#!/usr/bin/env bash
# Brings the third-party browser assets into the repository, byte for byte as published.
# A file whose hash is not the one written in VENDOR.sha256 is refused: changing a version means changing both.
#   deploy/vendor.sh            fetch and verify
#   deploy/vendor.sh --check    verify what is already there
set -euo pipefail

vendor_dir="$(cd "$(dirname "${BASH_SOURCE[0]}")/../platform/maillage/static/vendor" && pwd)"

verify() {
    (cd "$vendor_dir" && sha256sum --quiet --check VENDOR.sha256) && echo "vendor: every hash matches"
}

if [[ "${1:-}" == "--check" ]]; then
    verify
    exit
fi

work_dir="$(mktemp -d)"
trap 'rm -rf "$work_dir"' EXIT

# take PACKAGE VERSION TARGET FILE...: copies files of a published package, flat, into vendor/TARGET.
take() {
    local package="$1" version="$2" target="$3" tarball
    shift 3
    tarball="$(cd "$work_dir" && npm pack --silent "$package@$version")"
    tar -xzf "$work_dir/$tarball" -C "$work_dir"
    mkdir -p "$vendor_dir/$target"
    for file in "$@"; do
        install -m 0644 "$work_dir/package/$file" "$vendor_dir/$target/$(basename "$file")"
    done
    rm -rf "$work_dir/package"
}

take bootstrap 5.3.9 bootstrap \
    dist/css/bootstrap-reboot.min.css dist/css/bootstrap-grid.min.css dist/css/bootstrap-utilities.min.css LICENSE
take htmx.org 2.0.11 htmx dist/htmx.min.js LICENSE
take @fontsource/atkinson-hyperlegible 5.3.0 atkinson-hyperlegible \
    files/atkinson-hyperlegible-latin-400-normal.woff2 files/atkinson-hyperlegible-latin-700-normal.woff2 \
    files/atkinson-hyperlegible-latin-ext-400-normal.woff2 files/atkinson-hyperlegible-latin-ext-700-normal.woff2 \
    LICENSE

verify
