package schema

import (
	"bytes"
	"slices"
	"strings"
)

// Sort tells what sort of text data is, by the first of its top keys that
// names one of [Files]: "runbook", "site" and so on; "" for a text of another
// program. It does not parse, so it is cheap, and also tells texts that are
// not YAML.
func Sort(data []byte) string {
	known := firstKeys()
	found := ""
	if flow, ok := bytes.CutPrefix(bytes.TrimLeft(data, "\ufeff \t\r\n"), []byte("{")); ok { // perhaps JSON, over several lines
		data = bytes.TrimLeft(flow, " \t\r\n")
	}
	for line := range strings.Lines(string(data)) {
		key, _, ok := strings.Cut(strings.TrimLeft(line, "\ufeff{"), ":")
		if !ok || strings.HasPrefix(line, " ") {
			continue
		}
		switch key = strings.Trim(key, `"' `); {
		case key == "apiVersion": // Kubernetes has kinds, too
			return ""
		case found == "" && slices.Contains(known, key):
			found = key
		}
	}
	return found
}
