package schema

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

func (d *decoder) siteNodes(s *Site, n *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		d.wrongShape(n, "mapping")
		return
	}
	if len(n.Content) == 0 {
		d.at(n, codeMissingKey, "a site without nodes", "nodes: {NAME: {address: …, groups: […]}}")
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if seen[key.Value] {
			d.at(key, codeDuplicateKey, fmt.Sprintf("duplicate node %q", key.Value), "each node stands once")
			continue
		}
		seen[key.Value] = true
		s.Nodes = append(s.Nodes, d.node(key, n.Content[i+1]))
	}
	d.groupNames(s, n)
	if !d.list.HasErrors() {
		d.sameMachine(s.Nodes, n)
	}
}

func (d *decoder) node(key, value *yaml.Node) Node {
	d.word(text{Value: key.Value, node: key}, "node")
	if key.Value == controllerName {
		d.at(key, codeName, `"controller" is reserved for the machine tidemark runs on`, "give the node another name")
	}
	var f nodeFile
	ok := d.decode(value, reflect.ValueOf(&f).Elem())
	n := Node{
		Name: key.Value, Address: f.Address.Value, Connection: f.Connection, Become: f.Become,
		Netns: f.Netns.Value, User: f.User.Value, Port: f.Port, Pos: d.docs.pos(key),
		Groups: d.groups(f.Groups), Vars: d.vars(f.Vars),
	}
	d.word(f.Netns, "network namespace")
	d.word(f.User, "user")
	if ok && n.Address == "" && n.Connection == "ssh" {
		d.at(key, codeSiteAddress, fmt.Sprintf("node %q has no address", n.Name), "add address: HOST, or connection: local for this machine")
	}
	if help, bad := badAddress(n.Address); bad {
		d.at(f.Address.node, codeSiteAddress, fmt.Sprintf("%q is no address", n.Address), help)
	}
	return n
}

// badAddress reports what ssh cannot take for a host, and what to write instead.
func badAddress(text string) (help string, bad bool) {
	host, port, _ := strings.Cut(text, ":")
	switch {
	case strings.HasPrefix(text, "-"), strings.ContainsAny(text, " \t"):
		return "", true
	case strings.Contains(text, "://"), strings.Contains(text, "/"):
		return "write the host alone, without a scheme or a path", true
	case strings.Contains(text, "@"):
		return "write the host alone, and user: NAME beside it", true
	case port != "" && isDigits(port): // an IPv6 address has more colons
		return fmt.Sprintf("write address: %s and port: %s", host, port), true
	}
	return "", false
}

// sameMachine warns of two nodes that are one machine: locks and records would
// be kept twice there, and every step done twice.
func (d *decoder) sameMachine(nodes []Node, keys *yaml.Node) {
	first := map[string]int{}
	for i, n := range nodes {
		at := fmt.Sprint(n.Connection, n.Address, n.Port, n.Netns)
		other, taken := first[at]
		if !taken {
			first[at] = i
			continue
		}
		where := "this machine"
		if n.Address != "" {
			where = n.Address
		}
		if key := keyOf(keys, n.Name); key != nil && (n.Address != "" || n.Connection == "local") {
			d.warn(key, codeSiteAddress, fmt.Sprintf("%s and %s are both %s", nodes[other].Name, n.Name, where), "one machine is one node: give the node both groups, or correct an address")
		}
	}
}

func (d *decoder) groups(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	var list []text
	d.decode(n, reflect.ValueOf(&list).Elem())
	if n.Kind == yaml.SequenceNode && len(list) == 0 {
		d.at(n, codeSiteGroup, "an empty list of groups", "name a group, or leave the key out")
	}
	out := make([]string, 0, len(list))
	for _, g := range list {
		switch {
		case g.node == nil:
		case g.Value == "":
			d.at(g.node, codeSiteGroup, "an empty group", "name the group")
		case g.Value == controllerName:
			d.at(g.node, codeSiteGroup, `"controller" is reserved for the machine tidemark runs on`, "")
		case slices.Contains(out, g.Value):
			d.at(g.node, codeSiteGroup, fmt.Sprintf("group %q is named twice", g.Value), "")
		default:
			d.word(g, "group")
			out = append(out, g.Value)
		}
	}
	return out
}

// groupNames refuses a word that is a node and a group: `on:` takes both.
func (d *decoder) groupNames(s *Site, n *yaml.Node) {
	groups := s.Groups()
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if slices.Contains(groups, key.Value) {
			d.at(key, codeSiteGroup, fmt.Sprintf("%q is a node and a group", key.Value), "rename one of them: `on:` could mean either")
		}
	}
}

func (d *decoder) secrets(s *Site, nodes map[string]*yaml.Node) {
	s.Secrets = map[string]Secret{}
	for _, name := range slices.Sorted(maps.Keys(nodes)) {
		var secret Secret
		n := nodes[name]
		if !isName(name) {
			d.at(n, codeName, fmt.Sprintf("%q is no name of a secret", name), helpName)
		}
		switch ok := d.decode(n, reflect.ValueOf(&secret).Elem()); {
		case ok && len(n.Content) != 2:
			d.at(n, codeSiteSecret, fmt.Sprintf("secret %q comes from one place", name), "one of: node-file, env, command")
		case ok:
			d.secretPlace(n, secret)
		}
		s.Secrets[name] = secret
	}
}

// secretPlace reports a place that cannot be looked at.
func (d *decoder) secretPlace(n *yaml.Node, s Secret) {
	if file := valueOf(n, "node-file"); file != nil && (!path.IsAbs(s.NodeFile) || path.Clean(s.NodeFile) != s.NodeFile) {
		d.at(file, codeSiteSecret, fmt.Sprintf("%q is no plain absolute path", s.NodeFile), "")
	}
	if env := valueOf(n, "env"); env != nil && (s.Env == "" || strings.ContainsAny(s.Env, "=\x00")) {
		d.at(env, codeSiteSecret, fmt.Sprintf("%q is no name of a variable", s.Env), "")
	}
	if command := valueOf(n, "command"); command != nil && (len(s.Command) == 0 || s.Command[0] == "") {
		d.at(command, codeSiteSecret, "a command needs at least the program's name", "command: [program, argument]")
	}
}
