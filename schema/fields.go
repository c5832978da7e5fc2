package schema

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// field is one declared key of a struct.
type field struct {
	name     string
	help     string
	def      string
	hasDef   bool
	required bool
	short    bool
	enum     []string
	lasts    bool   // the step lasts as long as it says
	nodes    bool   // it names nodes of the site, or the controller
	is       string // the form, where the Go type does not say it
	min, max string // of a number, "" = no bound
	index    []int
	typ      reflect.Type
}

// fieldsOf gives the declared keys of a struct in the order of its fields;
// those of embedded structs count as its own.
func fieldsOf(t reflect.Type) []field {
	var out []field
	for f := range fieldSeq(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append(slices.Clone(f.Index), inner.index...)
				out = append(out, inner)
			}
			continue
		}
		if name == "-" || !f.IsExported() {
			continue
		}
		out = append(out, newField(f, name))
	}
	return out
}

func fieldSeq(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

func newField(f reflect.StructField, name string) field {
	if name == "" {
		name = f.Name
	}
	def, hasDef := f.Tag.Lookup("default")
	out := field{
		name: name, help: f.Tag.Get("help"), is: f.Tag.Get("is"), min: f.Tag.Get("min"), max: f.Tag.Get("max"), def: def, hasDef: hasDef,
		required: f.Tag.Get("required") == "true", short: f.Tag.Get("short") == "true",
		lasts: f.Tag.Get("lasts") == "true",
		nodes: f.Tag.Get("names") == "nodes",
		index: f.Index, typ: f.Type,
	}
	if e := f.Tag.Get("enum"); e != "" {
		out.enum = strings.Split(e, ",")
	}
	return out
}

// shortField is the field that a bare scalar or list fills, if there is one.
func shortField(all []field) (field, bool) {
	i := slices.IndexFunc(all, func(f field) bool { return f.short })
	if i < 0 {
		return field{}, false
	}
	return all[i], true
}

// setDefault fills v from the field's default tag; a list is comma-separated.
func setDefault(v reflect.Value, f field) error {
	if !f.hasDef {
		return nil
	}
	if v.Kind() == reflect.Slice {
		for part := range strings.SplitSeq(f.def, ",") {
			elem := reflect.New(v.Type().Elem()).Elem()
			if err := setText(elem, part); err != nil {
				return err
			}
			v.Set(reflect.Append(v, elem))
		}
		return nil
	}
	return setText(v, f.def)
}

// setText fills a scalar from text as it stands in a tag or on a command line.
func setText(v reflect.Value, text string) error {
	switch {
	case v.Kind() == reflect.String:
		v.SetString(text)
		return nil
	case v.Type() == sealedType:
		v.Set(reflect.ValueOf(SealText(text)))
		return nil
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: text}
	if v.Type() == modeType {
		n.Style = yaml.DoubleQuotedStyle
	}
	r := &report{docs: docsOf(&document{})}
	d := &decoder{report: r}
	if !d.scalar(n, v) {
		return errors.New(r.list[0].Message)
	}
	return nil
}

// The types that the decoder treats by themselves. They are constants in all
// but syntax.
var (
	durationType = reflect.TypeFor[time.Duration]()
	sizeType     = reflect.TypeFor[Size]()
	modeType     = reflect.TypeFor[Mode]()
	condType     = reflect.TypeFor[Cond]()
	nodeType     = reflect.TypeFor[*yaml.Node]()
	anyType      = reflect.TypeFor[any]()
)

// holds reports whether a number is within the bounds of its tags.
func (f field) holds(v reflect.Value) bool {
	low, high, bounded := f.bounds()
	switch {
	case !bounded:
		return true
	case v.CanInt():
		return low <= float64(v.Int()) && float64(v.Int()) <= high
	}
	return low <= v.Float() && v.Float() <= high
}

// bounds reads the tags min and max, of which a number has both or none.
func (f field) bounds() (low, high float64, bounded bool) {
	low, err := strconv.ParseFloat(f.min, 64)
	if err != nil {
		return 0, 0, false
	}
	high, err = strconv.ParseFloat(f.max, 64)
	return low, high, err == nil
}
