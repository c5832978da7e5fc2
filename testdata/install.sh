#!/bin/sh
# Installs what building needs and is not there: git, make, ca-certificates and Go 1.26. Says what, before.
set -eu
want=1.26

say() { printf 'install: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

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
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y install -t bookworm-backports golang-go >/dev/null
}

go_is_new_enough && exit 0
go_can_fetch && exit 0
go_from_backports
go_can_fetch || die "Go $want could not be installed"
