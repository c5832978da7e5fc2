package engine_test

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tidemark/engine"
)

func TestMaskString(t *testing.T) {
	m := engine.NewMask(map[string][]byte{"a": []byte("s3cret"), "b": []byte("cretin"), "key": []byte("-----BEGIN\nabcdefgh12\n}\n"), "quoted": []byte(`p"w\\d`)})
	for in, want := range map[string]string{
		"no":                 "no",
		"s3cret":             "***",
		"x s3cret y s3cret":  "x *** y ***",
		"s3crets3cret":       "***",
		"<s3cretin>":         "<***>",
		"s3cre":              "s3cre",
		"a line: abcdefgh12": "a line: ***",
		"}":                  "}",
		`{"v":"p\"w\\\\d"}`:  `{"v":"***"}`,
	} {
		if got := m.String(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	if out := string(m.JSON([]byte(`{"out":"a p\"w\\\\d b","s3cret":[1.50,"s3cret"]}`))); out != `{"***":[1.50,"***"],"out":"a *** b"}` {
		t.Error(out)
	}
}

// However a text is cut into writes, it comes out as if it were one, and no secret is in it.
func TestMaskWriterAcrossChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab]{1,4}`)
		secrets := map[string][]byte{"x": []byte(word.Draw(t, "x")), "y": []byte(word.Draw(t, "y"))}
		m := engine.NewMask(secrets)
		text := rapid.StringMatching(`[abc]{0,40}`).Draw(t, "text")
		var out bytes.Buffer
		w := m.Writer(&out)
		for rest := text; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "cut")
			if _, err := w.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if out.String() != m.String(text) {
			t.Fatalf("%q in parts gives %q, as a whole %q", text, out.String(), m.String(text))
		}
		for _, s := range secrets {
			if strings.Contains(out.String(), string(s)) {
				t.Fatalf("%q gives %q, with %q in it", text, out.String(), s)
			}
		}
	})
}

// The writer holds back no more than the longest secret.
func TestMaskWriterHoldsLittle(t *testing.T) {
	var out bytes.Buffer
	w := engine.NewMask(map[string][]byte{"x": []byte("abcdefgh")}).Writer(&out)
	for range 1000 {
		if _, err := w.Write([]byte("some text ")); err != nil {
			t.Fatal(err)
		}
	}
	if held := 10_000 - out.Len(); held >= 8 {
		t.Errorf("%d bytes held back", held)
	}
}
