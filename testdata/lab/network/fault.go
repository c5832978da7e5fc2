package network

import (
	"os"
	"strings"

	"tidemark/testdata/lab/command"
	"tidemark/testdata/lab/site"
)

// Cut pulls the host's cables: it sees the carrier go.
func Cut(lab *site.Lab, h site.Host) error {
	return ports(lab, h, func(port string) string { return "link set " + port + " down" })
}

// Silence takes the host's cables out of the bridge: their links stay up, but
// every frame is lost.
func Silence(lab *site.Lab, h site.Host) error {
	return ports(lab, h, func(port string) string { return "link set " + port + " nomaster" })
}

// Heal undoes both.
func Heal(lab *site.Lab, h site.Host) error {
	return ports(lab, h, func(port string) string { return "link set " + port + " master bridge up" })
}

func ports(lab *site.Lab, h site.Host, line func(port string) string) error {
	if err := Up(lab); err != nil {
		return err
	}
	all := []string{port(h, false)}
	if h.Signaling {
		all = append(all, port(h, true))
	}
	for _, port := range all {
		if err := command.Each("ip", "-n "+lab.BridgeNetns()+" "+line(port)); err != nil {
			return err
		}
	}
	return nil
}

// Leftovers names the lab's namespaces and interfaces that still exist.
func Leftovers(lab *site.Lab) []string {
	var left []string
	if link := "/sys/class/net/" + lab.ControllerLink(); exists(link) {
		left = append(left, "interface "+lab.ControllerLink())
	}
	names, _ := os.ReadDir("/run/netns")
	for _, n := range names {
		if strings.HasPrefix(n.Name(), lab.Prefix+"-") {
			left = append(left, "network namespace "+n.Name())
		}
	}
	return left
}
