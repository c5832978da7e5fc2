package main

import (
	"fmt"
	"regexp"

	"tidemark/testdata/lab/host"
	"tidemark/testdata/lab/network"
	"tidemark/testdata/lab/site"
)

const faultHelp = `break something:
cut | silent | heal            cables out, frames dropped, both undone
disk-full [PATH]               the host's whole disk, or a small file system over PATH
disk-free [PATH]               undo (over PATH: make it large; it goes with the host's next start)
freeze NAME | thaw NAME | kill NAME   SIGSTOP, SIGCONT, SIGKILL by command line; "cassandra" is the daemon
readonly PATH… | writable PATH…`

func fault(c *call) error {
	if len(c.args) < 2 {
		return errUsage
	}
	h, err := c.lab.Host(c.args[0])
	if err != nil {
		return err
	}
	word, rest := c.args[1], c.args[2:]
	if cable := cables()[word]; cable != nil && len(rest) == 0 {
		return cable(c.lab, h)
	}
	if sig := signals[word]; sig != "" && len(rest) == 1 {
		return c.inside(h, "pkill", sig, "-f", pattern(rest[0]))
	}
	if script := faultScript(word, rest); script != "" {
		return c.inside(h, append([]string{"sh", "-uc", script, "fault"}, rest...)...)
	}
	return fmt.Errorf("fault %v: unknown, or not with these arguments", c.args[1:])
}

var signals = map[string]string{"freeze": "-STOP", "thaw": "-CONT", "kill": "-KILL"}

// pattern is what pkill looks for.  Brackets around its first letter keep it
// from finding a process that only has the pattern on its command line.
func pattern(name string) string {
	if name == "cassandra" {
		name = "CassandraDaemon"
	}
	return "[" + name[:1] + "]" + regexp.QuoteMeta(name[1:])
}

func cables() map[string]func(*site.Lab, site.Host) error {
	return map[string]func(*site.Lab, site.Host) error{"cut": network.Cut, "silent": network.Silence, "heal": network.Heal}
}

// faultScript is the shell text of a fault that happens inside the host.
func faultScript(word string, paths []string) string {
	switch n := len(paths); {
	case word == "disk-full" && n == 0:
		return fillDisk
	case word == "disk-free" && n == 0:
		return "rm -f /.lab-full-1 /.lab-full-2"
	case word == "disk-full" && n == 1:
		return coverSmall
	case word == "disk-free" && n == 1:
		return `mount -o remount,size=8g "$1"`
	case word == "readonly" && n > 0:
		return `for p; do mount --bind "$p" "$p" && mount -o remount,bind,ro "$p"; done`
	case word == "writable" && n > 0:
		return `for p; do umount "$p"; done`
	}
	return ""
}

// fillDisk leaves no free block: what can be reserved at once, then the rest.
const fillDisk = `
free=$(df -B1M --output=avail / | tail -1)
for spare in 0 1 4 16 64; do
  ! fallocate -l "$((free - spare))M" /.lab-full-1 2>/dev/null || break
done
head -c 256M /dev/zero >/.lab-full-2 2>/dev/null
sync -f /.lab-full-2
[ "$(df -B1K --output=avail / | tail -1)" -lt 64 ]`

// coverSmall copies what is in the directory, so that only free space is lost.
const coverSmall = `
mkdir -p "$1" && small=$(mktemp -d) && mount -t tmpfs -o "mode=$(stat -c %a "$1")" tmpfs "$small" && cp -a "$1/." "$small/" &&
  used=$(df -B1K --output=used "$small" | tail -1) && mount -o "remount,size=$((used > 4 ? used : 4))k" "$small" &&
  mount --bind "$small" "$1" && umount "$small" && rmdir "$small" &&
  { head -c 64K /dev/zero >"$1/.lab-full" 2>/dev/null || :; }`

func (c *call) inside(h site.Host, argv ...string) error {
	cmd, err := host.Exec(h, argv...)
	if err != nil {
		return err
	}
	return c.attached(cmd)
}
