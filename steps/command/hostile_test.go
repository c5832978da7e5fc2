package command

import (
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tidemark/schema"
)

// hostile makes texts that a shell, a terminal or a careless parser would act on; raw ones may be no UTF-8.
func hostile(rnd *rand.Rand, raw bool) string {
	parts := []string{
		"$(touch pwned)", "`id`", "; rm -rf ~", "&& false", "| sh", "> /tmp/x", "'", `"`, `\`, "\n", "\r", "\t", " ", "*", "?", "~", "{a,b}",
		"$HOME", "${IFS}", "%s%n", "-rf", "--", "=", "#", "!", "\x1b[2J", "\x7f", "\u202e", "\ufeff", "é", "𝄞", "${{ inputs.x }}", "<&>", "\u2028",
	}
	var b strings.Builder
	for range rnd.IntN(12) {
		switch n := rnd.IntN(4); {
		case n == 0 && raw:
			b.WriteByte(byte(1 + rnd.IntN(255)))
		case n == 1:
			b.WriteRune(rune(1 + rnd.IntN(0xD7FF)))
		default:
			b.WriteString(parts[rnd.IntN(len(parts))])
		}
	}
	return b.String()
}

// A thousand texts, as arguments, variable and standard input, reach the program byte for byte.
func TestValuesReachTheProgram(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	l, dir := &local{}, t.TempDir()
	for i := range 20 {
		raw := i%2 == 1
		var args []string
		for range 50 {
			args = append(args, hostile(rnd, raw))
		}
		value, in := hostile(rnd, raw), hostile(rnd, raw)+"\x00end"
		r := &run{Argv: append([]string{self}, args...), Env: env("COMMAND_TEST_ECHO=1", "VALUE="+value, "GORACE=atexit_sleep_ms=0"), Stdin: schema.SealText(in), Dir: dir, Output: maxOutput}
		if !raw {
			r = overTheWire(t, r)
		}
		_, out, err := l.apply(t, r)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for line := range strings.Lines(out.Value.(RunOut).Stdout) {
			b, _ := hex.DecodeString(strings.TrimSpace(line))
			got = append(got, string(b))
		}
		if want := append([]string{value, in, dir}, args...); !slices.Equal(got, want) {
			t.Fatalf("the program got\n%q\nwanted\n%q", got, want)
		}
	}
	if made, _ := os.ReadDir(dir); len(made) > 0 {
		t.Errorf("something made %v", made)
	}
}

// env makes an environment without secrets.
func env(vars ...string) map[string]schema.Sealed {
	out := map[string]schema.Sealed{}
	for _, v := range vars {
		name, value, _ := strings.Cut(v, "=")
		out[name] = schema.SealText(value)
	}
	return out
}

func overTheWire(t *testing.T, r *run) *run {
	t.Helper()
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, string(raw))
}

// What is shown of a command and of its last words never steers a terminal.
func TestShownIsPlain(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		text := hostile(rnd, true)
		for _, s := range []string{shown([]string{text}), strings.ReplaceAll(lastLines([]byte(text)), "\n", "")} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x1b\r\x7f\u202e\n") {
				t.Fatalf("%q is shown as %q", text, s)
			}
		}
	}
	for _, c := range []struct{ want, args string }{
		{`/bin/x -a b`, "/bin/x|-a|b"}, {strings.Repeat("é", 300) + "…", strings.Repeat("é", 1000)}, {`x "" "a b" "it's" "a\nb" "say \"no\""`, "x||a b|it's|a\nb|say \"no\""},
	} {
		if got := shown(strings.Split(c.args, "|")); got != c.want {
			t.Errorf("got %s, wanted %s", got, c.want)
		}
	}
}
