package schema

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Size is a number of bytes, written with its unit: "512MiB", "12GiB", "0".
type Size int64

// sizeUnits in descending order, as String prints them.
func sizeUnits() []struct {
	name  string
	bytes int64
} {
	return []struct {
		name  string
		bytes int64
	}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}
}

// ParseSize reads a whole or decimal number with a unit (B, KiB, MiB, GiB, TiB).
func ParseSize(text string) (Size, error) {
	if text == "0" {
		return 0, nil
	}
	for _, u := range sizeUnits() {
		number, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		total := f * float64(u.bytes)
		if total >= math.MaxInt64 && digitForm().MatchString(number) {
			return 0, &refusal{fmt.Sprintf("%q is more than %s, the largest size", text, Size(math.MaxInt64>>40<<40)), "write a smaller size"}
		}
		if err != nil || !(total >= 0 && total < math.MaxInt64) {
			break
		}
		return Size(f * float64(u.bytes)), nil
	}
	return 0, fmt.Errorf("%q is no size", text)
}

// String writes the size exactly, with the largest unit in which it has no
// more than two decimals: 1.5GiB.
func (s Size) String() string {
	n := int64(s)
	for _, u := range sizeUnits() {
		if n >= u.bytes && n%u.bytes*100%u.bytes == 0 {
			return strconv.FormatFloat(float64(n)/float64(u.bytes), 'f', -1, 64) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

// Mode is the permission bits of a file, written only as quoted octal text
// ("0640"): unquoted, YAML versions disagree on the number.
type Mode uint32

// ParseMode reads three or four octal digits.
func ParseMode(text string) (Mode, error) {
	digits := strings.TrimPrefix(text, "0o")
	n, err := strconv.ParseUint(digits, 8, 32)
	if err != nil || len(digits) < 3 || len(digits) > 4 || n > 0o7777 {
		return 0, fmt.Errorf("%q is no octal mode", text)
	}
	return Mode(n), nil
}

// String writes four octal digits.
func (m Mode) String() string { return fmt.Sprintf("%04o", uint32(m)) }

// MarshalText writes the mode as text, so that it survives the wire unchanged.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (m *Mode) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMode(string(text))
	return err
}

// Cond is an argument that is a bare boolean expression, as assert's `that`.
// Resolve fills Value, and Tree with the values of all its parts.
type Cond struct {
	Text  string `json:"text"`
	Value bool   `json:"value"`
	Tree  string `json:"tree,omitempty"`
}

// parseDuration reads a time with its unit; none is ever negative.
func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil && unitsForm().MatchString(text) {
		return 0, &refusal{fmt.Sprintf("%q is more than 292 years, the longest duration", text), "write a shorter time"}
	}
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no duration", text)
	}
	return d, nil
}

const (
	helpDuration = "write a number with its unit: 30s, 5m, 1h30m"
	helpSize     = "write a number with its unit: 512MiB, 12GiB"
	helpMode     = `write the mode as quoted octal: "0640"`
	helpName     = "a name begins with a letter and has only a-z, 0-9 and _ (it is used in expressions)"
)

// maxName is the length of a name that expressions use, see nameForm.
const maxName = 64

// The forms of names, and of a share of nodes: constants in all but syntax.
var (
	nameForm  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`) })
	wordForm  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`) })
	shareForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(all|[1-9][0-9]{0,5}|([1-9][0-9]?|100)%)$`) })
	// {{ inputs.x }}, ${inputs.x} and $ {{ inputs.x }}
	bracesForm = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:\$? ?\{\{|\$\{)\s*([a-z]+(?:[.\[][^{}\n]*?)?)\s*\}\}?`)
	})
	// digits with underscores among them
	groupedForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[-+]?[0-9][0-9]*_[0-9_]*(\.[0-9_]*)?$`) })
	powerForm   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$`) })
	unitsForm   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$`) })
	digitForm   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`) })
	octalForm   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[-+]?0[0-9_]+$`) })
	indexForm   = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^index out of range: (-?\d+) \(array length is (\d+)\)$`)
	})
	lineForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^line (\d+): `) })
)

// The forms by which a text that is not YAML is explained: `key:value`, which
// an address is not, and the first line of a block scalar.
var (
	characterForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^unrecognized character: U\+[0-9A-F]+ '(.)'$`) })
	mixedForm     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^Operator \((.+)\) and coalesce`) })
	tokenForm     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`unexpected token \w+\((".*?")\)`) })
	noSpaceForm   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_-]*):([^\s/]|/[^/])`) })
	blockForm     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[|>]([+-]?[1-9]?|[1-9][+-])\s*($|\s#)`) })
)

// isName holds for inputs, vars, step and stage ids: a hyphen would subtract
// in an expression.
func isName(s string) bool { return nameForm().MatchString(s) }

// isWord holds for sites, nodes, groups, kinds and runbooks.
func isWord(s string) bool { return wordForm().MatchString(s) }

// DurationText writes 1h30m where Go writes 1h30m0s.
func DurationText(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if cut, ok := strings.CutSuffix(text, zero); ok {
			text = cut + zero[:1]
		}
	}
	return text
}
