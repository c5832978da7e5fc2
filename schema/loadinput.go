package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

// inputFile is the declaration of one input; Format keeps the order of its
// fields, as of every declaration.
type inputFile struct {
	Type     string     `json:"type" required:"true" enum:"string,int,float,bool,duration,size,list,map,enum,node,secret" help:"type of the value; node is the name of a node of the site, secret of one of its secrets"`
	Of       text       `json:"of" enum:"string,int,float,bool,duration,size,enum,node" help:"type of the elements of a list or map"`
	Values   []string   `json:"values" help:"what an enum, or the elements of a list of them, can be"`
	Required bool       `json:"required" help:"it must be given; then it has no default"`
	Default  *yaml.Node `json:"default" is:"value" help:"value when it is not given; it may use site and vars"`
	Help     string     `json:"help" help:"what the operator reads about it"`
}

func (l *loader) inputs(n *yaml.Node) []Input {
	if n == nil {
		return nil
	}
	entries, ok := l.entries(n, nil)
	if !ok {
		return nil
	}
	var out []Input
	l.names(n, "input")
	l.bareNames(n, "an input", "inputs")
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if entries[key.Value] == value {
			out = append(out, l.input(key, value))
		}
	}
	return out
}

func (l *loader) input(key, value *yaml.Node) Input {
	var f inputFile
	ok := l.decode(value, reflect.ValueOf(&f).Elem())
	in := Input{
		Name: key.Value, Type: f.Type, Of: f.Of.Value, Help: f.Help, Required: f.Required,
		Enum: f.Values, HasDefault: f.Default != nil, Pos: l.docs.pos(key), def: f.Default, pos: key,
	}
	if in.Of == "" && (in.Type == "list" || in.Type == "map") {
		in.Of = "string"
	}
	if ok {
		l.inputRules(&in, f, key, value)
	}
	in.typ = inputType(in)
	if in.def != nil && ok {
		l.inputDefault(&in)
	}
	return in
}

func (l *loader) inputRules(in *Input, f inputFile, key, value *yaml.Node) {
	if f.Of.node != nil && in.Type != "list" && in.Type != "map" {
		l.at(f.Of.node, codeType, fmt.Sprintf("`of` on type %s: it is the element type of a list or map", in.Type), "")
	}
	if in.Required && in.def != nil {
		l.at(in.def, codeInputType, fmt.Sprintf("input %q is required and has a default", in.Name), "remove one of the two")
	}
	if !in.Required && in.def == nil {
		l.at(key, codeInputMissing, fmt.Sprintf("input %q is neither required nor has it a default", in.Name), "add required: true, or default: …")
	}
	l.sameValues(items(valueOf(value, "values")))
	isEnum := in.Type == "enum" || in.Of == "enum"
	switch {
	case isEnum && len(in.Enum) == 0:
		l.at(key, codeEnum, fmt.Sprintf("input %q is an enum without values", in.Name), "add values: [one, another]")
	case !isEnum && len(in.Enum) > 0:
		l.at(keyOf(value, "values"), codeEnum, fmt.Sprintf("values on type %s: they are what an enum can be", in.Type), "write type: enum")
	}
}

// sameValues refuses a word that stands twice.
func (l *loader) sameValues(words []*yaml.Node) {
	for i, word := range words {
		if slices.ContainsFunc(words[:i], func(n *yaml.Node) bool { return n.Value == word.Value }) {
			l.at(word, codeDuplicateID, fmt.Sprintf("%q is named twice", word.Value), "")
		}
	}
}

// inputDefault checks the default by the same decoder that reads it later.
func (l *loader) inputDefault(in *Input) {
	in.leaves = map[*yaml.Node]*leaf{}
	vars := varsType(l.book.Vars, siteNodes(l.site), l.site)
	d := &decoder{report: l.report, scope: siteScope(vars), leaves: in.leaves}
	v := in.value()
	if d.decode(in.def, v) && !hasExpr(in.def, v.Type()) {
		d.allowed(in.def, v, in, l.site)
	}
	for _, leaf := range in.leaves {
		for _, p := range leaf.parts {
			if p.expr != nil {
				maps.Copy(l.varsRead, p.expr.refs.vars)
			}
		}
	}
}

func siteNodes(s *Site) []*Node {
	if s == nil {
		return nil
	}
	out := make([]*Node, len(s.Nodes))
	for i := range s.Nodes {
		out[i] = &s.Nodes[i]
	}
	return out
}

// value is a Go value that holds the input.
func (in *Input) value() reflect.Value { return reflect.New(goType(in.Type, in.Of)).Elem() }

func goType(name, of string) reflect.Type {
	switch name {
	case "int":
		return reflect.TypeFor[int]()
	case "float":
		return reflect.TypeFor[float64]()
	case "bool":
		return reflect.TypeFor[bool]()
	case "duration":
		return durationType
	case "size":
		return sizeType
	case "secret":
		return sealedType
	case "list":
		return reflect.SliceOf(goType(of, ""))
	case "map":
		return reflect.MapOf(reflect.TypeFor[string](), goType(of, ""))
	}
	return reflect.TypeFor[string]()
}

func inputType(in Input) *typ {
	switch in.Type {
	case "enum":
		return &typ{kind: tString, values: in.Enum}
	case "secret":
		return secretNamed("")
	}
	t := typeOf(goType(in.Type, in.Of))
	if in.Of == "enum" {
		t.elem = &typ{kind: tString, values: in.Enum}
	}
	return t
}
