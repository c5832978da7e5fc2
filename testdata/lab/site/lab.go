// Package site says what a lab consists of: its hosts, their addresses and
// the files by which ssh and tidemark reach them. It starts nothing itself.
package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Lab is one lab as it was first created; it is stored as lab.json in Dir.
type Lab struct {
	Prefix    string   `json:"prefix"`
	Subnet    string   `json:"subnet"`
	Cassandra string   `json:"cassandra"`
	Nodes     []string `json:"nodes"`
	Dir       string   `json:"dir"`
	Seed      uint64   `json:"seed"`
	DiskGB    int      `json:"disk_gb"`
}

var (
	prefixShape = regexp.MustCompile(`^[a-z][a-z0-9]{0,9}$`)
	subnetShape = regexp.MustCompile(`^\d{1,3}\.\d{1,3}\.\d{1,3}$`)
	versions    = []string{"5.0.8", "4.1.10", "4.0.18"}
)

// octets are the last bytes of the hosts' addresses; only these hosts exist.
var octets = map[string]int{
	"ellis-1": 11, "vellum-1": 12, "vellum-2": 13, "vellum-3": 14, "sprout-1": 15, "vellum-4": 16,
}

// Check reports everything that is wrong with the lab's settings.
func (l *Lab) Check() error {
	var errs []error
	if !prefixShape.MatchString(l.Prefix) {
		errs = append(errs, fmt.Errorf("prefix %q: want up to 10 small letters and digits", l.Prefix))
	}
	if !subnetShape.MatchString(l.Subnet) {
		errs = append(errs, fmt.Errorf("subnet %q: want three numbers, as in 10.77.0", l.Subnet))
	}
	if !slices.Contains(versions, l.Cassandra) {
		errs = append(errs, fmt.Errorf("cassandra %q: want one of %s", l.Cassandra, strings.Join(versions, ", ")))
	}
	if !filepath.IsAbs(l.Dir) {
		errs = append(errs, fmt.Errorf("dir %q: want an absolute path", l.Dir))
	}
	return errors.Join(append(errs, l.checkNodes())...)
}

func (l *Lab) checkNodes() error {
	seen := map[string]bool{}
	for _, n := range l.Nodes {
		if octets[n] == 0 {
			return fmt.Errorf("node %q: unknown", n)
		}
		if seen[n] {
			return fmt.Errorf("node %q: named twice", n)
		}
		seen[n] = true
	}
	if len(l.Nodes) == 0 {
		return errors.New("no nodes")
	}
	return nil
}

// Hosts returns the lab's hosts in the order in which they were named.
func (l *Lab) Hosts() []Host {
	hosts := make([]Host, len(l.Nodes))
	for i, name := range l.Nodes {
		hosts[i] = l.host(name)
	}
	return hosts
}

// Host returns the host of that name.
func (l *Lab) Host(name string) (Host, error) {
	if !slices.Contains(l.Nodes, name) {
		return Host{}, fmt.Errorf("no host %q: the lab has %s", name, strings.Join(l.Nodes, ", "))
	}
	return l.host(name), nil
}

// Vellums returns the hosts that run Cassandra.
func (l *Lab) Vellums() []Host {
	return slices.DeleteFunc(l.Hosts(), func(h Host) bool { return h.Group != "vellum" })
}

// Save writes lab.json.
func (l *Lab) Save() error {
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(l.Dir, "lab.json"), append(text, '\n'), 0o644)
}

// Load reads the lab that was created in dir.
func Load(dir string) (*Lab, error) {
	text, err := os.ReadFile(filepath.Join(dir, "lab.json"))
	if err != nil {
		return nil, err
	}
	lab := &Lab{}
	if err := json.Unmarshal(text, lab); err != nil {
		return nil, fmt.Errorf("%s/lab.json: %w", dir, err)
	}
	return lab, nil
}
