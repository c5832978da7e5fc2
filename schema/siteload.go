package schema

import (
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// siteFile is the declaration of a site file.
type siteFile struct {
	Site        text                  `json:"site" is:"word" required:"true" help:"name of the site; destroying runbooks ask for it"`
	SSH         sshFile               `json:"ssh" help:"how the nodes are reached"`
	ExternalHSS bool                  `json:"external_hss" help:"the HSS is not ours: no homestead keyspaces"`
	Memento     bool                  `json:"memento" default:"true" help:"the Memento application server is deployed"`
	Vars        *yaml.Node            `json:"vars" is:"vars" help:"values for expressions, over those of a runbook"`
	Nodes       *yaml.Node            `json:"nodes" is:"nodes" required:"true" help:"nodes: {NAME: {address: …, groups: […]}}"`
	Secrets     map[string]*yaml.Node `json:"secrets" is:"secrets" help:"values that no plan, journal or log shows, by name"`
}

type sshFile struct {
	Config string `json:"config" help:"ssh_config file; the operator's own when absent"`
}

// nodeFile is the declaration of one node.
type nodeFile struct {
	Address    text       `json:"address" is:"address" help:"host name or address for ssh"`
	Groups     *yaml.Node `json:"groups" is:"groups" help:"what the node is, e.g. vellum"`
	Connection string     `json:"connection" default:"ssh" enum:"ssh,local" help:"how it is reached; local: this machine, without ssh"`
	Become     string     `json:"become" enum:"root" help:"how the agent becomes root: sudo -n"`
	Netns      text       `json:"netns" is:"word" help:"network namespace of Cassandra"`
	User       text       `json:"user" is:"word" help:"login name; ssh's own choice when absent"`
	Port       int        `json:"port" min:"1" max:"65535" help:"port for ssh; ssh's own choice when absent"`
	Vars       *yaml.Node `json:"vars" is:"vars" help:"values of this node, over those of the site"`
}

// LoadSite reads a site file. The site is nil when the diagnostics hold an
// error.
func LoadSite(src Source) (*Site, Diagnostics) {
	r := &report{}
	doc := parse(src, r)
	if doc.root == nil {
		return nil, r.list.sorted()
	}
	d := &decoder{report: r}
	var f siteFile
	d.decode(doc.root, reflect.ValueOf(&f).Elem())
	s := &Site{
		Name: f.Site.Value, SSHConfig: f.SSH.Config, ExternalHSS: f.ExternalHSS, Memento: f.Memento,
		Vars: d.vars(f.Vars), Source: src,
	}
	d.word(f.Site, "site")
	d.siteNodes(s, f.Nodes)
	d.secrets(s, f.Secrets)
	if r.list.HasErrors() {
		return nil, r.list.sorted()
	}
	return s, r.list.sorted()
}

// word reports a name with characters that file names or ids cannot hold.
func (d *decoder) word(t text, what string) {
	if t.node != nil && !isWord(t.Value) {
		d.at(t.node, codeName, fmt.Sprintf("%.40q is no name of a %s", t.Value, what), disguised(t.Value)+"letters, digits, '.', '_' and '-', beginning with a letter or digit; at most 128")
	}
}

// vars reads a mapping of names to values without expressions.
func (d *decoder) vars(n *yaml.Node) map[string]any {
	out := map[string]any{}
	if n == nil {
		return out
	}
	d.decode(n, reflect.ValueOf(&out).Elem())
	if n.Kind == yaml.MappingNode {
		d.names(n, "var")
	}
	return out
}

// names reports keys that expressions could not use.
func (d *decoder) names(n *yaml.Node, what string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if unvalued(n, i) == "" {
			d.name(n.Content[i], what)
		}
	}
}

func (d *decoder) name(n *yaml.Node, what string) {
	if isName(n.Value) {
		return
	}
	help := disguised(n.Value) + helpName
	if len(n.Value) > maxName {
		help = fmt.Sprintf("a name has at most %d characters", maxName)
	}
	if fixed := strings.ReplaceAll(strings.ToLower(n.Value), "-", "_"); isName(fixed) {
		help = fmt.Sprintf("did you mean %q? %s", fixed, helpName)
	}
	d.at(n, codeName, fmt.Sprintf("%.40q is no name of %s", n.Value, article(what)), help)
}

func article(what string) string {
	if strings.ContainsAny(what[:1], "aeiou") {
		return "an " + what
	}
	return "a " + what
}
