package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

// isText tells the types whose values are written as text, whatever they look
// like: the number 5 is a string, too.
func isText(name string) bool {
	return name == "string" || name == "enum" || name == "node" || name == "secret"
}

// allowed checks a value against what its input can be: the values of an enum,
// the nodes and secrets of a site. Without a site every name is accepted.
func (d *decoder) allowed(n *yaml.Node, v reflect.Value, in *Input, site *Site) {
	if len(in.Enum) > 0 {
		d.enum(n, v, in.Enum)
	}
	if in.Type == "secret" {
		d.namedSecret(n, v, site)
	}
	switch {
	case site == nil:
	case in.Type == "node" || in.Of == "node":
		d.known(n, v, "node", site.Name, nodeNames(siteNodes(site)))
	}
}

// known reports names that the site does not have, in a text, list or map.
func (d *decoder) known(n *yaml.Node, v reflect.Value, what, site string, names []string) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			d.known(elementAt(n, i, v.Len()), v.Index(i), what, site, names)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			at := valueOf(n, key.String())
			if at == nil {
				at = n
			}
			d.known(at, v.MapIndex(key), what, site, names)
		}
	default:
		if name := v.String(); !slices.Contains(names, name) {
			d.at(n, codeInputType, fmt.Sprintf("site %s has no %s %q", site, what, name), suggest(name, what+"s", names))
		}
	}
}

// elementAt is where an element of a list is written, or the list itself.
func elementAt(n *yaml.Node, i, total int) *yaml.Node {
	if n.Kind == yaml.SequenceNode && len(n.Content) == total {
		return n.Content[i]
	}
	return n
}

// namedSecret reads plain text as the name of a secret.
func (d *decoder) namedSecret(n *yaml.Node, v reflect.Value, site *Site) {
	s, _ := v.Interface().(Sealed)
	if len(s.Secrets()) > 0 {
		return
	}
	if site != nil {
		d.known(n, reflect.ValueOf(s.String()), "secret", site.Name, slices.Sorted(maps.Keys(site.Secrets)))
	}
	v.Set(reflect.ValueOf(Sealed{[]sealedPart{{secret: s.String()}}}))
}
