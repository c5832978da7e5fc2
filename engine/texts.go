package engine

import "tidemark/schema"

// File is a named text that a plan was made from.
type File struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Source is the file as the language reads it.
func (f File) Source() schema.Source { return schema.Source{Name: f.Name, Data: []byte(f.Text)} }

// Texts are what a runbook was made from, as a plan keeps them: a run is carried out without any other file.
type Texts struct {
	Runbook  File   `json:"runbook"`
	Overlays []File `json:"overlays,omitempty"`
	Includes []File `json:"includes,omitempty"`
	Kinds    []File `json:"kinds,omitempty"`
}

// textsOf keeps the sources that were read.
func textsOf(s schema.Sources) Texts {
	return Texts{fileOf(s.Runbook), files(s.Overlays), files(s.Includes), files(s.Kinds)}
}

// Sources are the texts as the language reads them.
func (t Texts) Sources() schema.Sources {
	return schema.Sources{Runbook: t.Runbook.Source(), Overlays: sources(t.Overlays), Includes: sources(t.Includes), Kinds: sources(t.Kinds)}
}

func fileOf(s schema.Source) File { return File{s.Name, string(s.Data)} }

func files(list []schema.Source) []File {
	var out []File
	for _, s := range list {
		out = append(out, fileOf(s))
	}
	return out
}

func sources(list []File) []schema.Source {
	var out []schema.Source
	for _, f := range list {
		out = append(out, f.Source())
	}
	return out
}
