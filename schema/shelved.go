package schema

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// Shelved is the mistake of a runbook of the site's own that no command could find by its name, nil where it has none: file
// is what its file is called, without directory and ending, and shipped are the names of the runbooks of this build.
func Shelved(src Source, file string, shipped []string) *Diagnostic {
	name, at := TopKey(src, "runbook")
	replaces, there := TopKey(src, "replaces")
	known := slices.Contains(shipped, file)
	switch {
	case name == "": // loading says so
	case name != file:
		return shelf(at, name, fmt.Sprintf("runbook %q stands in a file that is called %q, and a runbook is found by the name of its file", name, file),
			fmt.Sprintf("rename the file to %s.yaml, or write `runbook: %s`", name, file))
	case known && replaces == "":
		return shelf(at, name, fmt.Sprintf("%q is the name of a shipped runbook", name),
			fmt.Sprintf("give this one another name, in it and to its file; or write `replaces: %s` below it if it is to take the place of the shipped one", name))
	case replaces != "" && replaces != name:
		return shelf(there, replaces, fmt.Sprintf("runbook %q replaces %q: a runbook takes only the place of the shipped one of its own name", name, replaces),
			"take the key out; or give the runbook, and its file, the name of the one that it replaces")
	case replaces != "" && !known:
		return shelf(there, replaces, fmt.Sprintf("no runbook that is called %q is shipped", replaces), suggest(replaces, "shipped are", shipped))
	}
	return nil
}

// ShelvedTwice is the mistake of a runbook that stands in another file of the same name, too.
func ShelvedTwice(src Source, other string) *Diagnostic {
	name, at := TopKey(src, "runbook")
	return shelf(at, name, fmt.Sprintf("runbook %q stands in two files, also in %s", name, other), "rename one of them, and the runbook in it")
}

func shelf(at Pos, word, message, help string) *Diagnostic {
	return &Diagnostic{Pos: at, Width: max(1, utf8.RuneCountInString(word)), Code: codeShelf, Message: message, Help: help}
}
