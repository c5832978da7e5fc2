package site

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Signaling is the network namespace of a host in which its Cassandra lives
// when management and signalling are separate networks.
const Signaling = "signaling"

// Host is one server of the lab.
type Host struct {
	Name      string
	Group     string // vellum, ellis, sprout
	Address   string // where ssh answers
	Login     string // root, or ops where root may not log in
	Cassandra string // where Cassandra listens; empty without Cassandra
	Signaling bool   // Cassandra lives in the host's namespace "signaling"
	Dir       string // the host's files on the machine
	Netns     string // name of the host's network namespace on the machine
}

func (l *Lab) host(name string) Host {
	group, _, _ := strings.Cut(name, "-")
	h := Host{
		Name: name, Group: group, Address: l.address(octets[name]), Login: "root",
		Dir: filepath.Join(l.Dir, "hosts", name), Netns: l.Prefix + "-" + name,
	}
	if group == "vellum" {
		h.Cassandra = h.Address
	}
	switch name {
	case "vellum-2":
		h.Login = "ops"
	case "vellum-3":
		h.Signaling = true
		h.Cassandra = l.address(24)
	}
	return h
}

// SignalingNetns is the machine's name for the host's namespace "signaling".
func (h Host) SignalingNetns() string { return h.Netns + "-" + Signaling }

// InCassandraNetns puts the words in front of argv that run it on the host
// where Cassandra's ports are.
func (h Host) InCassandraNetns(argv ...string) []string {
	if !h.Signaling {
		return argv
	}
	return append([]string{"ip", "netns", "exec", Signaling}, argv...)
}

// Controller is the machine's own address in the lab's network.
func (l *Lab) Controller() string { return l.address(1) }

// BridgeNetns is the namespace that holds nothing but the lab's bridge.
func (l *Lab) BridgeNetns() string { return l.Prefix + "-net" }

// ControllerLink is the machine's own interface in the lab's network.
func (l *Lab) ControllerLink() string { return l.Prefix + "-ctl" }

func (l *Lab) address(octet int) string { return fmt.Sprintf("%s.%d", l.Subnet, octet) }

// Jars is the directory of the lab's Cassandra on the machine and, mounted
// read-only, on each host.
func (l *Lab) Jars() string { return "/var/cache/tidemark-lab/cassandra/" + l.Cassandra }
