package link

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"tidemark/engine"
)

// binary is a file of our program for one architecture.
type binary struct{ path, sha256 string }

// self is the path of the running program. /proc/self/exe still opens it when a package upgrade replaced the file.
func self(path string) string {
	if path != "" {
		return path
	}
	return "/proc/self/exe"
}

// program is self as an argument of another program, for which /proc/self/exe would be that program.
func program(path string) (string, error) {
	if path != "" {
		return path, nil
	}
	return os.Executable()
}

func digest(path string) (binary, error) {
	f, err := os.Open(path)
	if err != nil {
		return binary{}, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return binary{}, err
	}
	return binary{path, hex.EncodeToString(h.Sum(nil))}, nil
}

// archOf maps `uname -m` to Go's name; "" is none we build for.
func archOf(machine string) string {
	switch machine {
	case "x86_64", "amd64":
		return "amd64"
	case "aarch64", "arm64":
		return "arm64"
	case "armv6l", "armv7l":
		return "arm"
	case "i386", "i686":
		return "386"
	case "ppc64le", "s390x", "riscv64":
		return machine
	}
	return ""
}

// forMachine is the binary to send to a node that says `uname -m` is machine.
func (d *Dialer) forMachine(t Target, machine string) (binary, error) {
	arch := archOf(machine)
	if arch == runtime.GOARCH {
		return d.own()
	}
	name := "tidemark-linux-" + arch
	switch {
	case arch == "":
		return binary{}, engine.WithNext(engine.Failf(engine.ClassPrecondition,
			"%s: architecture %q is unknown, no binary can be sent there", t.Name, machine),
			"install tidemark "+d.o.Build+" as "+d.pkg+" on "+t.Name)
	case d.o.AgentDir == "":
		return binary{}, engine.WithNext(engine.Failf(engine.ClassPrecondition,
			"%s: it is %s and this controller %s, whose binary does not run there", t.Name, machine, runtime.GOARCH),
			"install tidemark "+d.o.Build+" on "+t.Name+", or give --agent-dir DIR with DIR/"+name)
	}
	b, err := digest(filepath.Join(d.o.AgentDir, name))
	if err != nil {
		return b, engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: binary for %s: %w", t.Name, machine, err),
			"put "+name+" of build "+d.o.Build+" into "+d.o.AgentDir)
	}
	return b, nil
}
