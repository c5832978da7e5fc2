// Package network builds and removes a lab's network: a bridge in a namespace
// of its own, so that the machine's firewall cannot interfere, a namespace per
// host, and one interface of the machine itself.
package network

import (
	"fmt"
	"os"
	"strings"

	"tidemark/testdata/lab/command"
	"tidemark/testdata/lab/site"
)

// Up builds what is not there yet.
func Up(lab *site.Lab) error {
	if err := bridge(lab); err != nil {
		return err
	}
	if err := controller(lab); err != nil {
		return err
	}
	for _, h := range lab.Hosts() {
		if err := attach(lab, h.Netns, port(h, false), h.Address); err != nil {
			return err
		}
		if !h.Signaling {
			continue
		}
		if err := attach(lab, h.SignalingNetns(), port(h, true), h.Cassandra); err != nil {
			return err
		}
	}
	return nil
}

// Down removes all of it; what is gone already is no error.
func Down(lab *site.Lab) error {
	names := []string{lab.BridgeNetns()}
	for _, h := range lab.Hosts() {
		names = append(names, h.Netns, h.SignalingNetns())
	}
	// First the machine's interface: a deleted namespace takes its peer away only later.
	if exists("/sys/class/net/" + lab.ControllerLink()) {
		if err := command.Each("ip", "link delete "+lab.ControllerLink()); err != nil {
			return err
		}
	}
	for _, name := range names {
		if !exists(Path(name)) {
			continue
		}
		if err := command.Each("ip", "netns delete "+name); err != nil {
			return err
		}
	}
	return nil
}

// Path is the file that names a network namespace.
func Path(netns string) string { return "/run/netns/" + netns }

// port is the bridge's end of a host's cable.
func port(h site.Host, signaling bool) string {
	if signaling {
		return h.Name + "-sig"
	}
	return h.Name
}

func bridge(lab *site.Lab) error {
	ns := lab.BridgeNetns()
	if exists(Path(ns)) {
		return nil
	}
	return command.Each("ip",
		"netns add "+ns,
		"-n "+ns+" link set lo up",
		"-n "+ns+" link add bridge type bridge forward_delay 0",
		"-n "+ns+" link set bridge up")
}

func controller(lab *site.Lab) error {
	link, ns := lab.ControllerLink(), lab.BridgeNetns()
	if exists("/sys/class/net/" + link) {
		return nil
	}
	taken, err := command.Run("ip", "-o", "address", "show", "to", lab.Controller()+"/24")
	if err != nil {
		return err
	}
	if taken != "" {
		return fmt.Errorf("%s.0/24 is in use on this machine (%s): choose another --subnet", lab.Subnet, strings.Join(strings.Fields(taken)[1:4], " "))
	}
	return command.Each("ip",
		fmt.Sprintf("link add %s type veth peer name controller netns %s", link, ns),
		fmt.Sprintf("address add %s/24 dev %s", lab.Controller(), link),
		"link set "+link+" up",
		"-n "+ns+" link set controller master bridge up")
}

func attach(lab *site.Lab, ns, port, address string) error {
	if exists(Path(ns)) {
		if _, err := command.Run("ip", "-n", ns, "link", "show", "eth0"); err == nil {
			return nil
		}
		// Half built: an earlier command was interrupted here.
		if err := command.Each("ip", "netns delete "+ns); err != nil {
			return err
		}
	}
	if err := command.Each("ip",
		"netns add "+ns,
		fmt.Sprintf("-n %s link add %s type veth peer name eth0 netns %s", lab.BridgeNetns(), port, ns),
		fmt.Sprintf("-n %s link set %s master bridge up", lab.BridgeNetns(), port),
		"-n "+ns+" link set lo up",
		fmt.Sprintf("-n %s address add %s/24 dev eth0", ns, address),
		"-n "+ns+" link set eth0 up"); err != nil {
		return fmt.Errorf("network of %s: %w", strings.TrimPrefix(ns, lab.Prefix+"-"), err)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
