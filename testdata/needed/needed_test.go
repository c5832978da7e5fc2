package needed

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fake is a test that notes what becomes of it.
type fake struct {
	testing.TB
	skipped, failed string
}

func (*fake) Helper()           {}
func (*fake) Name() string      { return "TestFake" }
func (f *fake) Skip(why ...any) { f.skipped = why[0].(string) }
func (f *fake) Fatal(why ...any) {
	f.failed = why[0].(string)
	panic(f)
}

func TestMissingProgram(t *testing.T) {
	notes := filepath.Join(t.TempDir(), "notes")
	t.Setenv("TIDEMARK_SKIPPED", notes)
	for required, want := range map[string]fake{
		"":         {skipped: "no-such-program is not installed"},
		"1":        {skipped: "no-such-program is not installed"},
		"required": {failed: "no-such-program is not installed (TIDEMARK_LAB=required: nothing may be skipped)"},
	} {
		t.Setenv("TIDEMARK_LAB", required)
		f := &fake{}
		func() {
			defer func() { _ = recover() }()
			Programs(f, "sh", "no-such-program")
		}()
		if *f != want {
			t.Errorf("TIDEMARK_LAB=%s: %+v, want %+v", required, *f, want)
		}
	}
	raw, err := os.ReadFile(notes)
	if err != nil || strings.Count(string(raw), "TestFake, because no-such-program is not installed\n") != 2 {
		t.Errorf("noted %q, %v", raw, err)
	}
}
