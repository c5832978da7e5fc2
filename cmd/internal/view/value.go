package view

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"

	"tidemark/schema"
)

// value writes an input as one word: JSON, but bare where it is text, and with units where it has one.
func value(v any) string {
	v = withUnits(reflect.ValueOf(v))
	if s, ok := v.(string); ok {
		return Clean(s)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}

// withUnits makes text of times and sizes, also in lists and maps: nobody approves a count of nanoseconds.
func withUnits(v reflect.Value) any {
	if !v.IsValid() {
		return nil
	}
	if d, ok := v.Interface().(time.Duration); ok {
		return schema.DurationText(d)
	}
	if text, ok := v.Interface().(fmt.Stringer); ok {
		return text.String()
	}
	switch v.Kind() {
	case reflect.Interface:
		return withUnits(v.Elem())
	case reflect.Slice:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = withUnits(v.Index(i))
		}
		return out
	case reflect.Map:
		out := map[string]any{}
		for _, key := range v.MapKeys() {
			out[key.String()] = withUnits(v.MapIndex(key))
		}
		return out
	}
	return v.Interface()
}

// Command writes an argument list so that a shell would read the same list.
func Command(argv []string) string {
	words := make([]string, len(argv))
	for i, a := range argv {
		words[i] = a
		switch {
		case strings.ContainsFunc(a, func(r rune) bool { return !unicode.IsPrint(r) }):
			words[i] = "$'" + escaped(a) + "'"
		case a == "" || strings.ContainsFunc(a, unsafeInShell):
			words[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// escaped writes what no terminal should show as it is, for $'…' of the shell.
func escaped(a string) string {
	var b strings.Builder
	for _, r := range a {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\'' || r == '\\':
			b.WriteString(`\` + string(r))
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

func unsafeInShell(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'\\$`&|;<>()*?[]{}~#!^", r)
}
