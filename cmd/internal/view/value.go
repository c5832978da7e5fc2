package view

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Value writes an input as one word: JSON, but bare where it is text, and with units where it has one.
func Value(v any) string {
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
		if a == "" || strings.ContainsFunc(a, unsafeInShell) {
			words[i] = "'" + strings.ReplaceAll(Clean(a), "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

func unsafeInShell(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'\\$`&|;<>()*?[]{}~#!^", r)
}
