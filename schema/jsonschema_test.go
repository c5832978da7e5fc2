package schema_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	jsonschemav6 "github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"

	"tidemark/schema"
	"tidemark/schema/jsonschema"
)

// compiled are the JSON Schemas of all files, by their first key, with the
// site's own kinds that an archive holds.
func compiled(t *testing.T, path string) map[string]*jsonschemav6.Schema {
	t.Helper()
	kinds := testKinds()
	if filepath.Ext(path) == ".txtar" {
		own, _ := schema.Composites(unpack(t, read(t, path)).Kinds, kinds, nil)
		kinds = append(kinds, own...)
	}
	out := map[string]*jsonschemav6.Schema{}
	for _, file := range schema.Files() {
		text, err := jsonschema.Write(file, kinds)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschemav6.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschemav6.NewCompiler()
		if err := c.AddResource(file.Name, doc); err != nil {
			t.Fatal(err)
		}
		out[file.Name] = c.MustCompile(file.Name)
	}
	return out
}

// plainer turns YAML into what a JSON Schema sees. It ends after as many nodes
// as no runbook has: the corpus holds billion laughs.
type plainer struct{ nodes int }

func (p *plainer) value(n *yaml.Node) (any, error) {
	if p.nodes++; p.nodes > 100_000 {
		return nil, errors.New("too large")
	}
	switch n.Kind {
	case yaml.AliasNode:
		return p.value(n.Alias)
	case yaml.SequenceNode:
		out, err := []any{}, error(nil)
		for i := 0; i < len(n.Content) && err == nil; i++ {
			out = append(out, nil)
			out[i], err = p.value(n.Content[i])
		}
		return out, err
	case yaml.MappingNode:
		out, err := map[string]any{}, error(nil)
		for i := 0; i+1 < len(n.Content) && err == nil; i += 2 {
			out[n.Content[i].Value], err = p.value(n.Content[i+1])
		}
		return out, err
	}
	if tag := n.ShortTag(); tag == "!!str" || tag == "!!timestamp" {
		return n.Value, nil
	}
	var v any
	err := n.Decode(&v)
	return v, err
}

// refused asks the schema of a file's sort. A text that is no YAML never
// reaches a schema.
func refused(schemas map[string]*jsonschemav6.Schema, text []byte) (err error, read bool) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil || len(doc.Content) == 0 {
		return err, false
	}
	v, err := new(plainer).value(doc.Content[0])
	if err != nil {
		return err, false
	}
	m, _ := v.(map[string]any)
	for _, file := range schema.Files() {
		if _, ok := m[file.Name]; ok {
			return schemas[file.Name].Validate(v), true
		}
	}
	return schemas["runbook"].Validate(v), true
}

// texts are those of a file of the corpus, several when it is an archive.
func texts(t *testing.T, path string) [][]byte {
	t.Helper()
	data := read(t, path).Data
	if filepath.Ext(path) != ".txtar" {
		return [][]byte{data}
	}
	var out [][]byte
	for _, f := range txtar.Parse(data).Files {
		out = append(out, f.Data)
	}
	return out
}

func TestJSONSchemaAcceptsWhatIsRight(t *testing.T) {
	plain := compiled(t, "")
	for _, path := range slices.Concat(glob(t, "ok/*.yaml", 8), glob(t, "ok/*.txtar", 0)) {
		schemas := plain
		if filepath.Ext(path) == ".txtar" {
			schemas = compiled(t, path)
		}
		for _, text := range texts(t, path) {
			if err, read := refused(schemas, text); err != nil || !read {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

// beyond are the codes of mistakes that no JSON Schema can see, and why.
func beyond() map[string]string {
	const expr, style = "what an expression says", "style"
	return map[string]string{
		"TM0102": "the size of a text", "TM0103": "a second document", "TM0105": "a key twice", "TM0108": "tags",
		"TM0111": "characters", "TM0118": "how a value is written",
		"TM0202": "names that are unique in a file", "TM0206": "what the site has", "TM0207": "what is used",
		"TM0210": expr, "TM0211": expr, "TM0212": "names that are unique in a file", "TM0213": "what a kind promises",
		"TM0214": "compares times", "TM0215": "what stands before", "TM0216": expr, "TM0217": "what the site has",
		"TM0218": "what a text means", "TM0219": "other files", "TM0305": "the rules of a kind's own", "TM0702": "other files", "TM0703": "other files", "TM0704": "other files", "TM0705": "other files", "TM0706": "other files",
		"TM0801": "other files", "TM0802": "other files", "TM0803": "other files", "TM0812": "what a kind is made of",
		"TM0401": expr, "TM0402": expr, "TM0403": expr, "TM0404": expr, "TM0405": expr, "TM0406": expr, "TM0407": expr, "TM0408": expr, "TM0431": expr,
		"TM0411": expr, "TM0502": "what is given",
		"TM1001": style, "TM1002": style, "TM1003": style, "TM1004": style, "TM1005": style, "TM1006": style, "TM1007": style, "TM1008": style,
		"TM1009": style,
		"TM0421": expr, "TM0422": expr, "TM0423": expr,
	}
}

// except are the files of the corpus where it is the other way round.
func except() map[string]string {
	out := map[string]string{}
	for why, names := range map[string][]string{
		"what is given":                                          {"given-missing", "given-type", "input-missing-beside"},
		"JSON has no other keys":                                 {"key-not-text"},
		"JSON has no largest number":                             {"value-huge-int", "value-huge-power", "value-huge-var", "value-huge-duration"},
		"text is no bool in JSON, either":                        {"value-yes-for-bool"},
		"the items are given by an expression":                   {"each-key", "each-twice-expr"},
		"the key is what an item is as text":                     {"each-twice"},
		"the key is given by an expression":                      {"each-twice-key"},
		"the words are given by an expression":                   {"const-enum"},
		"the value stands in another file":                       {"overlays-laden", "overlay-alias-shared", "overlay-set-type", "overlay-was-type"},
		"what an address is":                                     {"site-address-port", "site-address-url", "site-address-user"},
		"names that are unique in a file":                        {"site-same-machine", "site-group-is-node"},
		"the default is compared with words that the file names": {"input-enum"},
		"the place takes no expressions":                         {"expr-not-here", "site-var-expr", "once-expression"},
		"the place takes bare expressions":                       {"expr-when-braces"},
		"a duration is one whole expression":                     {"expr-text-for-duration"},
		"what the site has":                                      {"input-node-default", "input-node-list", "input-secret-default"},
		"what a path is":                                         {"site-secret-path"},
		"what the name of a variable is":                         {"site-secret-env"},
		"a list that may not be empty, of an optional key":       {"site-secret-command"},
		"the names of files":                                     {"composite-built-in"},
		"a kind with mistakes is unknown to the schema":          {"alias-kind", "composite-laughs"},
		"to a JSON Schema it is a key like any other":            {"key-merge", "once-merge"},
		"to a JSON Schema it is a character like any other":      {"once-character"},
		"what an expression says":                                {"expr-number-int", "expr-number-float"},
		"where the nodes of a run are":                           {"finally-controller"},
		"the target is text":                                     {"overlay-set-finally", "overlay-set-unknown-argument", "overlay-set-unknown-key", "overlay-set-slip", "overlay-set-step", "overlay-set-steps", "overlay-remove-value", "overlay-insert-stages-at-step"},
		"what lies beside the runbook":                           {"include-ending"},
		"compares times":                                         {"retry-max"},
		"what a text means":                                      {"value-time-zero"},
		"the tag makes it a number":                              {"once-tag"},
		"it is no part of the value":                             {"yaml-directive-version"},
		"blanks are no reason":                                   {"overlay-because-empty", "step-skip-empty"},
	} {
		for _, name := range names {
			out[name] = why
		}
	}
	return out
}

var codeForm = regexp.MustCompile(`TM[0-9]{4}`)

// Every wrong file that a schema can catch is refused by it; what is said to
// be beyond it is accepted, so that neither list can rot.
func TestJSONSchemaRefusesWhatIsWrong(t *testing.T) {
	plain, left := compiled(t, ""), except()
	for _, path := range slices.Concat(glob(t, "err/*.yaml", 30), glob(t, "err/*.txtar", 0)) {
		schemas := plain
		if filepath.Ext(path) == ".txtar" {
			schemas = compiled(t, path)
		}
		name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		codes := codesOf(t, filepath.Join(filepath.Dir(path), name+".out"))
		due := slices.ContainsFunc(codes, func(c string) bool { return beyond()[c] == "" })
		if left[name] != "" {
			due = !due
			delete(left, name)
		}
		switch err, read := refusedAny(schemas, texts(t, path)); {
		case !read:
		case err != nil && !due:
			t.Errorf("%s %s is said to be beyond a JSON Schema (beyond, except), but is refused: %v", name, codes, err)
		case err == nil && due:
			t.Errorf("%s %s is accepted by the JSON Schema: let it say more (tags of the declaration, jsonschema/rules.go), or give the reason in beyond or except", name, codes)
		}
	}
	for name := range left {
		t.Errorf("except names %s: there is no such file", name)
	}
}

// refusedAny asks for one text after the other; read holds when all are YAML.
func refusedAny(schemas map[string]*jsonschemav6.Schema, texts [][]byte) (refusal error, read bool) {
	for _, text := range texts {
		err, ok := refused(schemas, text)
		if !ok {
			return nil, false
		}
		refusal = errors.Join(refusal, err)
	}
	return refusal, true
}

func codesOf(t *testing.T, path string) []string {
	t.Helper()
	diags, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Compact(slices.Sorted(slices.Values(codeForm.FindAllString(string(diags), -1))))
}
