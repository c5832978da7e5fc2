package view

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tidemark/schema"
)

// The log is valid by the schema of OASIS, and says what a review system shows: rule, place, level, page.
func TestSARIF(t *testing.T) {
	diags := schema.Diagnostics{
		{Pos: schema.Pos{File: "runbooks/a b.yaml", Line: 3, Col: 7}, Width: 4, Code: "TM0104", Message: `unknown key "x"`, Help: "allowed: y"},
		{Pos: schema.Pos{File: "/repo/z.yaml", Line: 1, Col: 1}, Width: 1, Code: "TM0207", Severity: schema.Warning, Message: "unused"},
		{Pos: schema.Pos{File: "/etc/site.yaml"}, Width: 1, Code: "TM0104", Message: "whole file"},
	}
	var b bytes.Buffer
	if err := SARIF(&b, diags, "/repo", "1.2.3"); err != nil {
		t.Fatal(err)
	}
	validSARIF(t, b.Bytes())
	var log sarifLog
	if err := json.Unmarshal(b.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if rules := run.Tool.Driver.Rules; len(rules) != 2 || rules[0].ID != "TM0104" || !strings.Contains(rules[0].Help.Markdown, "## Wrong") {
		t.Errorf("rules: %+v", rules)
	}
	first, second, third := run.Results[0], run.Results[1], run.Results[2]
	if at := first.Locations[0].Physical; at.Artifact.URI != "runbooks/a%20b.yaml" || *at.Region != (sarifRegion{3, 7, 11}) {
		t.Errorf("first at %+v %+v", at, at.Region)
	}
	if first.Message.Text != "unknown key \"x\"\nallowed: y" || first.Level != "error" || first.Index != 0 {
		t.Errorf("first: %+v", first)
	}
	if second.Level != "warning" || second.Index != 1 || second.Locations[0].Physical.Artifact.URI != "z.yaml" {
		t.Errorf("second: %+v", second)
	}
	if at := third.Locations[0].Physical; at.Artifact.URI != "file:///etc/site.yaml" || at.Region != nil {
		t.Errorf("third at %+v", at)
	}
}

func TestSARIFWithoutFindings(t *testing.T) {
	var b bytes.Buffer
	if err := SARIF(&b, nil, "/repo", "1"); err != nil {
		t.Fatal(err)
	}
	validSARIF(t, b.Bytes())
}

func validSARIF(t *testing.T, log []byte) {
	t.Helper()
	f, err := os.Open("testdata/sarif-2.1.0.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	sch, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(log))
	if err != nil {
		t.Fatal(err)
	}
	if err := sch.Validate(value); err != nil {
		t.Errorf("%v\n%s", err, log)
	}
}
