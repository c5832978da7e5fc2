#!/bin/sh
# Installs what building needs and is not there, and says what, before: git, make, ca-certificates and Go 1.26, then the
# modules of go.mod. Repeatable: with everything in place it says nothing.
set -eu
cd "$(dirname "$0")/.."
want=1.26

say() { printf 'install: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Without root what is missing of these is only named: a copy of the sources builds without git.
tools() {
  missing=
  command -v git >/dev/null || missing="$missing git"
  command -v make >/dev/null || missing="$missing make"
  [ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"
  # shellcheck disable=SC2086 # one word per package is meant
  [ -z "$missing" ] || testdata/apt.sh install $missing || [ $? = 69 ]
}

go_is_new_enough() {
  command -v go >/dev/null 2>&1 || return 1
  have=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed 's/^go//')
  [ "$(printf '%s\n%s\n' "$want" "$have" | sort -V | head -n 1)" = "$want" ]
}

# A Go of 1.21 or later fetches the toolchain that go.mod asks for by itself, as a module.
go_can_fetch() {
  command -v go >/dev/null 2>&1 || return 1
  have=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed 's/^go//')
  [ "$(printf '%s\n%s\n' 1.21 "$have" | sort -V | head -n 1)" = 1.21 ] && go env -w GOTOOLCHAIN=auto
}

# Debian 12's own Go is too old to do that; its backports have a newer one, from the same mirror as the rest.
go_from_backports() {
  [ "$(id -u)" = 0 ] || die "Go $want is missing; install it, or run this as root"
  # shellcheck disable=SC2016 # apt's own variables
  mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME) $(ORIGIN)' | awk '$3 == "Debian" && $2 == "bookworm" {print $1; exit}')
  [ -n "$mirror" ] || die "Go $want is missing and this is not Debian 12; install Go $want, then again"
  say "installs golang-go from Debian's backports ($mirror), then Go $want as a module"
  printf 'deb %s bookworm-backports main\n' "$mirror" >/etc/apt/sources.list.d/tidemark-backports.list
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends -t bookworm-backports golang-go >/dev/null
}

tools
go_is_new_enough || go_can_fetch || go_from_backports
go_is_new_enough || go_can_fetch || die "Go $want could not be installed"
go mod download
