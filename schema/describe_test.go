package schema_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/schema"
)

const described = `{"protocol": 1, "name": "sample", "doc": "Does it. And more.", "example": "id: x\nsample: {path: '${{ inputs.path }}'}\nwhen: vars.y > 1",
 "redo": "checked", "risk": "interrupts", "probes": ["/etc/x"],
 "arguments": {"type": "object", "required": ["path"], "additionalProperties": false, "properties": {
  "path": {"type": "string", "description": "where \"it\" lies"},
  "mode": {"type": "string", "enum": ["fast", "slow"], "default": "fast"},
  "wait": {"type": "string", "format": "duration", "default": "90s"},
  "room": {"type": "string", "format": "size", "default": "1KiB"},
  "tries": {"type": "integer", "default": 3},
  "share": {"type": "number", "default": 0.5},
  "force": {"type": "boolean", "default": true},
  "names": {"type": "array", "items": {"type": "string"}, "default": ["a", "b"]},
  "rules": {"type": "array", "items": {"type": "object", "properties": {"from": {"type": "string"}}}},
  "extra": {"type": "object", "additionalProperties": {"type": "integer"}}}},
 "outputs": {"type": "object", "properties": {
  "took": {"type": "string", "format": "duration"}, "lines": {"type": "integer"},
  "seen": {"type": "array", "items": {"type": "string"}}}}}`

func describe(t *testing.T) *schema.Description {
	t.Helper()
	src := schema.Source{Name: "describe", Data: []byte(described)}
	d, ds := schema.Describe(src, "sample")
	if len(ds) > 0 {
		t.Fatal(ds.Render(src))
	}
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	return d
}

func stepsOf(step string) schema.Sources {
	return schema.Sources{Runbook: schema.Source{Name: "r.yaml", Data: []byte("runbook: r\ntitle: T.\nstages:\n  - stage: s\n    on: vellum\n    steps:\n" + step)}}
}

// A described kind is decoded, defaulted and handed on like one that is built in.
func TestDescribedKindTakesArguments(t *testing.T) {
	d := describe(t)
	rb, ds := schema.Load(stepsOf("      - {id: a, sample: {path: /x, wait: 2m, rules: [{from: b}], extra: {n: 7}}}\n"), []schema.Kind{d.Kind}, nil)
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	args, ds := rb.Stages[0].Steps[0].Resolve(schema.Env{})
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	raw, err := schema.ToProgram(args, nil)
	want := `{"extra":{"n":7},"force":true,"mode":"fast","names":["a","b"],"path":"/x","room":1024,"rules":[{"from":"b"}],"share":0.5,"tries":3,"wait":120}`
	if err != nil || string(raw) != want {
		t.Errorf("the program reads\n%s %v, want\n%s", raw, err, want)
	}
	if d.Risk != "interrupts" || d.Redo != "checked" || len(d.Probes) != 1 {
		t.Errorf("%+v", d)
	}
}

// Every mistake in a step stands at its token, also in expressions over outputs.
func TestDescribedKindIsChecked(t *testing.T) {
	for step, want := range map[string]string{
		"      - {id: a, sample: {pth: /x}}\n":                                                                  `r.yaml:7:26: TM0104 unknown key "pth" in sample`,
		"      - {id: a, sample: {}}\n":                                                                         `r.yaml:7:25: TM0106 "path" is missing`,
		"      - {id: a, sample: {path: /x, mode: fats}}\n":                                                     `r.yaml:7:42: TM0304 "fats" is not allowed here`,
		"      - {id: a, sample: {path: /x, wait: 5}}\n":                                                        `r.yaml:7:42: TM0301`,
		"      - {id: a, sample: {path: /x, rules: [{form: b}]}}\n":                                             `r.yaml:7:45: TM0104 unknown key "form"`,
		"      - {id: a, sample: {path: /x}}\n      - {id: b, when: steps.a.out.tok > 1, sample: {path: /x}}\n": `r.yaml:8:35: TM0402`,
		"      - {id: a, sample: {path: /x}}\n      - {id: b, when: steps.a.out.took, sample: {path: /x}}\n":    `r.yaml:8:23: TM0403`,
	} {
		_, ds := schema.Load(stepsOf(step), []schema.Kind{describe(t).Kind}, nil)
		if !strings.Contains(ds.Error(), want) {
			t.Errorf("%s%s\nwant %s", step, ds.Error(), want)
		}
	}
}

// A broken kind is a mistake where it is used, once per use, and its own mistakes are told once.
func TestBrokenKind(t *testing.T) {
	own := schema.Diagnostic{Pos: schema.Pos{File: "kinds/sample/sample describe", Line: 1, Col: 2}, Code: "TM0104", Message: "m"}
	broken := schema.Kind{Name: "sample", Broken: &schema.Broken{Code: "TM0911", Message: "broken", More: schema.Diagnostics{own}}}
	_, ds := schema.Load(stepsOf("      - {id: a, sample: {path: /x}}\n      - {id: b, sample: [1]}\n"), []schema.Kind{broken}, nil)
	want := "kinds/sample/sample describe:1:2: TM0104 m\nr.yaml:7:17: TM0911 broken\nr.yaml:8:17: TM0911 broken"
	if ds.Error() != want {
		t.Errorf("got\n%s\nwant\n%s", ds.Error(), want)
	}
	if _, ds := schema.Load(stepsOf("      - {id: a, other: {}}\n"), []schema.Kind{broken, {Name: "other"}}, nil); len(ds) > 0 {
		t.Errorf("not used, but told: %v", ds)
	}
}

// Each file is one wrong answer to describe; what is said of it stands beside.
func TestDescribeErrors(t *testing.T) {
	for _, path := range glob(t, "describe/*.json", 30) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			src := read(t, path)
			_, ds := schema.Describe(src, "sample")
			if ds.Err() == nil {
				t.Fatal("no diagnostic")
			}
			helped(t, ds)
			golden(t, strings.TrimSuffix(path, ".json")+".out", ds.Render(src))
		})
	}
}

func TestFromProgram(t *testing.T) {
	out := describe(t).Out
	for raw, want := range map[string]string{
		`{"took": 1.5, "lines": 3, "seen": ["a"]}`: "",
		`{}`:                              "",
		`{"tok": 1}`:                      "tok: not among the declared outputs",
		`{"lines": "3"}`:                  "lines: a string where an int is due",
		`{"lines": 1.5}`:                  "lines: 1.5 where an int is due",
		`{"lines": null}`:                 "lines: null where an int is due",
		`{"took": "5s"}`:                  "took: a string where a duration is due",
		`{"took": 1e300}`:                 "took: 1e300 is no number of seconds",
		`{"seen": "a"}`:                   "seen: a string where a list of string is due",
		`{"seen": ["a", 1]}`:              "seen: element 1: 1 where a string is due",
		`{"seen": {"a": 1}}`:              "seen: an object where a list of string is due",
		`[]`:                              "a list where an object is due",
		`{} {}`:                           "more text behind the JSON value",
		`{"lines": 99999999999999999999}`: "lines: 99999999999999999999 where an int is due",
	} {
		v, err := schema.FromProgram([]byte(raw), out)
		if (want == "") != (err == nil) || (err != nil && err.Error() != want) {
			t.Errorf("%s: %v, want %s", raw, err, want)
		}
		if strings.Contains(raw, "1.5, ") {
			back, err := schema.ToProgram(v, nil)
			if err != nil || string(back) != `{"lines":3,"seen":["a"],"took":1.5}` {
				t.Errorf("%s became %s (%v)", raw, back, err)
			}
		}
	}
}

// Whatever a program prints is read or refused; what is read can be used as a kind.
func FuzzDescribe(f *testing.F) {
	f.Add(described)
	paths, err := filepath.Glob(filepath.Join(corpus, "describe", "*.json"))
	if err != nil || len(paths) < 30 {
		f.Fatal(len(paths), err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(raw))
	}
	f.Fuzz(func(t *testing.T, text string) {
		src := schema.Source{Name: "describe", Data: []byte(text)}
		d, ds := schema.Describe(src, "sample")
		if ds.Err() != nil {
			_ = ds.Render(src)
			return
		}
		if err := d.Validate(); err != nil {
			t.Errorf("accepted, but no kind: %v\n%s", err, text)
		}
	})
}
