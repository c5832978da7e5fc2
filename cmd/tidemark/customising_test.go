package main

import (
	"os"
	"path/filepath"
	"testing"
)

// What the page about customising shows is valid, with the texts that it shows beside it.
func TestCustomisingPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "customising.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, section := range []string{"An overlay", "A list of stages"} {
		files := examples(string(page), section)
		if len(files) != 2 {
			t.Errorf("%s: %d texts", section, len(files))
		}
		if got := found(t, files, false); len(got) > 0 {
			t.Errorf("%s: %v", section, got.Error())
		}
	}
}
