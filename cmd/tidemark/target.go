package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/engine/link"
	"tidemark/schema"
)

// target is what a connection to a node needs to know.
func (s *session) target(name string) link.Target {
	t := link.Target{Name: name, SSHConfig: s.config, Connection: "local"}
	if n := s.site.Node(name); n != nil {
		t.Address, t.Connection, t.Become, t.Netns = destination(n), n.Connection, n.Become, n.Netns
	}
	if name == s.local {
		t.Connection = "local"
	}
	if name == engine.ControllerNode {
		t.StateDir = s.controllerDir()
		return t
	}
	if t.Connection == "local" && os.Geteuid() != 0 {
		t.Become, t.StateDir = "", filepath.Join(userState(os.Geteuid(), os.Getenv), "node")
	}
	return t
}

// controllerDir is the node state of the controller's own agent: one per run, since its steps belong to one run.
func (s *session) controllerDir() string {
	return filepath.Join(s.app.stateDir(), "controller", s.run)
}

// destination is what ssh is told: the address, with login name and port where the site has them.
func destination(n *schema.Node) string {
	to := n.Address
	if n.User != "" {
		to = n.User + "@" + to
	}
	if n.Port != 0 {
		to = fmt.Sprintf("ssh://%s:%d", to, n.Port)
	}
	return to
}

// sshConfig is the site's ssh configuration; a relative path is meant from the site file.
func sshConfig(site *schema.Site, file string) string {
	if site.SSHConfig == "" || filepath.IsAbs(site.SSHConfig) {
		return site.SSHConfig
	}
	return filepath.Join(filepath.Dir(file), site.SSHConfig)
}

// thisNode is the node that --local means: the only one, the only one that is meant, or the one of this host's name.
func thisNode(site *schema.Site, only []string) (string, error) {
	nodes := site.Nodes
	if len(only) > 0 {
		nodes = nil
		for _, n := range site.Select(only) {
			nodes = append(nodes, *n)
		}
	}
	if len(nodes) == 1 {
		return nodes[0].Name, nil
	}
	host, err := os.Hostname()
	if short, _, _ := strings.Cut(host, "."); err == nil && site.Node(short) != nil {
		return short, nil
	}
	return "", usagef("", "--local: which node of site %s is this machine (%s)? name it with --limit NODE", site.Name, host)
}

// limits turns --limit into node names; unknown ones are refused.
func (a *app) limits(site *schema.Site) ([]string, error) {
	var out []string
	for _, name := range a.limit {
		found := site.Select([]string{name})
		if len(found) == 0 {
			known := append(site.Groups(), nodeNames(site)...)
			return nil, usagef("tidemark nodes", "--limit: site %s has no node or group %q%s", site.Name, name, meant(name, known))
		}
		for _, n := range found {
			if !slices.Contains(out, n.Name) {
				out = append(out, n.Name)
			}
		}
	}
	return out, nil
}

// knownNode refuses a name that no node of the site has; what says where it was given, "" for an argument.
func knownNode(site *schema.Site, what, name string) error {
	if site.Node(name) != nil {
		return nil
	}
	return usagef("tidemark nodes", "%ssite %s has no node %q%s", what, site.Name, name, meant(name, nodeNames(site)))
}

func nodeNames(site *schema.Site) []string {
	var out []string
	for _, n := range site.Nodes {
		out = append(out, n.Name)
	}
	return out
}
