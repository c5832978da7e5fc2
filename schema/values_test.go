package schema_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tidemark/schema"
)

func TestSize(t *testing.T) {
	for text, want := range map[string]schema.Size{"0": 0, "1B": 1, "1.5KiB": 1536, "12GiB": 12 << 30, "3 TiB": 3 << 40} {
		if got, err := schema.ParseSize(text); err != nil || got != want {
			t.Errorf("%s: %d %v", text, got, err)
		}
	}
	for _, text := range []string{"", "12", "12GB", "-1B", "1e400B", "99999999TiB", "GiB", "NaNB", "InfB"} {
		if got, err := schema.ParseSize(text); err == nil {
			t.Errorf("%q became %d", text, got)
		}
	}
}

func TestSizeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := schema.Size(rapid.Int64Range(0, 1<<50).Draw(t, "size"))
		if got, err := schema.ParseSize(want.String()); err != nil || got != want {
			t.Fatalf("%s became %d, %v", want, got, err)
		}
	})
}

func TestMode(t *testing.T) {
	for text, want := range map[string]schema.Mode{"0640": 0o640, "755": 0o755, "4755": 0o4755} {
		if got, err := schema.ParseMode(text); err != nil || got != want {
			t.Errorf("%s: %s %v", text, got, err)
		}
	}
	for _, text := range []string{"", "7", "0888", "07777777", "-640", "rwx"} {
		if got, err := schema.ParseMode(text); err == nil {
			t.Errorf("%q became %s", text, got)
		}
	}
}

func TestStrategy(t *testing.T) {
	for _, tc := range []struct {
		strategy schema.Strategy
		total    int
		limit    int
		waves    []int
	}{
		{schema.Strategy{Parallel: "all"}, 7, 7, []int{7}},
		{schema.Strategy{Parallel: "2", Waves: []string{"1", "10%", "all"}}, 30, 2, []int{1, 3, 26}},
		{schema.Strategy{Parallel: "50%", Waves: []string{"2"}}, 5, 3, []int{2, 2, 1}},
		{schema.Strategy{Parallel: "9"}, 1, 1, []int{1}},
	} {
		if got := tc.strategy.Limit(tc.total); got != tc.limit {
			t.Errorf("%+v: limit %d", tc.strategy, got)
		}
		if diff := cmp.Diff(tc.waves, tc.strategy.WaveSizes(tc.total)); diff != "" {
			t.Errorf("%+v: %s", tc.strategy, diff)
		}
	}
}

// Whatever the text, loading ends, and every diagnostic points into it.
func TestLoadSurvivesAnyText(t *testing.T) {
	good := read(t, corpus+"/ok/outputs.yaml").Data
	site := labSite(t)
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, len(good)).Draw(t, "from")
		to := rapid.IntRange(from, min(len(good), from+20)).Draw(t, "to")
		put := rapid.StringOf(rapid.SampledFrom([]rune("ab:{}[]\"'\n -${}.?|>&*#!0,é\t"))).Draw(t, "put")
		data := string(good[:from]) + put + string(good[to:])
		b, ds := schema.Load(schema.Sources{Runbook: schema.Source{Name: "x", Data: []byte(data)}}, testKinds(), site)
		if (b == nil) != ds.HasErrors() {
			t.Fatalf("runbook %v with %v", b, ds)
		}
		lines := strings.Count(data, "\n") + 1
		for _, d := range ds {
			if d.Pos.Line < 1 || d.Pos.Line > lines || d.Pos.Col < 1 || d.Code == "" {
				t.Fatalf("%+v in %q", d, data)
			}
		}
		ds.Render(schema.Source{Name: "x", Data: []byte(data)})
	})
}

type badKind struct {
	C chan int `json:"c"`
}

type badDefault struct {
	N int `json:"n" default:"many"`
}

func TestKindValidate(t *testing.T) {
	for _, tc := range []struct {
		kind schema.Kind
		want string
	}{
		{schema.Kind{Name: "a b"}, `kind "a b": bad name`},
		{schema.Kind{Name: "when"}, "kind when: the name is a step key"},
		{schema.Kind{Name: "x", Args: 3}, "kind x: int is no struct"},
		{schema.Kind{Name: "x", Args: badKind{}}, "kind x: c: type chan int is not part of the language"},
		{schema.Kind{Name: "x", Args: badDefault{}}, "kind x: n: default: a string where a whole number is due"},
		{schema.Kind{Name: "x", Args: badBounds{}}, "kind x: n: a number has both min and max"},
		{schema.Kind{Name: "x", Out: 3}, "kind x: Out is no struct"},
	} {
		if err := tc.kind.Validate(); err == nil || err.Error() != tc.want {
			t.Errorf("%v, want %s", err, tc.want)
		}
	}
}

type badBounds struct {
	N int `json:"n" min:"1"`
}
