package view

import (
	"cmp"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/schema"
)

// The parts of SARIF 2.1.0 that code review systems read.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    string    `json:"id"`
		Short sarifText `json:"shortDescription"`
		Help  sarifText `json:"help"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		Rule      string          `json:"ruleId"`
		Index     int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		Line      int `json:"startLine"`
		Column    int `json:"startColumn"`
		EndColumn int `json:"endColumn"`
	}
)

// SARIF writes diagnostics as a SARIF 2.1.0 log with the pages of their codes. Paths below dir are written relative to
// it, as review systems want them; version is this program's.
func SARIF(w io.Writer, diags schema.Diagnostics, dir, version string) error {
	driver := sarifDriver{Name: "tidemark", Version: version, Rules: []sarifRule{}}
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	for _, c := range schema.Codes() {
		if slices.ContainsFunc(diags, func(d schema.Diagnostic) bool { return d.Code == c.ID }) {
			page := schema.Page(c.ID)
			driver.Rules = append(driver.Rules, sarifRule{ID: c.ID, Short: sarifText{Text: c.Title}, Help: sarifText{Text: page, Markdown: page}})
		}
	}
	for _, d := range diags {
		rule, _ := slices.BinarySearchFunc(driver.Rules, d.Code, func(r sarifRule, code string) int { return cmp.Compare(r.ID, code) })
		run.Results = append(run.Results, sarifResult{
			Rule: d.Code, Index: rule, Level: d.Severity.String(), Locations: []sarifLocation{{sarifPlace(d, dir)}},
			Message: sarifText{Text: strings.TrimSpace(d.Message + "\n" + d.Help)},
		})
	}
	run.Tool.Driver = driver
	return JSON(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

func sarifPlace(d schema.Diagnostic, dir string) sarifPhysical {
	out := sarifPhysical{Artifact: sarifArtifact{sarifURI(d.Pos.File, dir)}}
	if d.Pos.Line > 0 {
		out.Region = &sarifRegion{d.Pos.Line, d.Pos.Col, d.Pos.Col + d.Width}
	}
	return out
}

// sarifURI is a path as a URI: relative to dir where it lies below it.
func sarifURI(path, dir string) string {
	if filepath.IsAbs(path) {
		rel, err := filepath.Rel(dir, path)
		if err != nil || !filepath.IsLocal(rel) {
			return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
		}
		path = rel
	}
	return (&url.URL{Path: filepath.ToSlash(filepath.Clean(path))}).String()
}
