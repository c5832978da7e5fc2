package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The functions of the allow-list that are our own: those whose result can be
// larger than their arguments, which the meter must allow before it is made,
// and those where the library's would give another result each time or write
// Go's notation.

func sortedKeys(_ *meter, args []any) (any, error) {
	m, err := oneMap(args)
	out := make([]any, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, k)
	}
	return out, err
}

func sortedValues(_ *meter, args []any) (any, error) {
	m, err := oneMap(args)
	out := make([]any, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[k])
	}
	return out, err
}

func oneMap(args []any) (map[string]any, error) {
	if len(args) == 1 {
		if m, ok := args[0].(map[string]any); ok {
			return m, nil
		}
	}
	return nil, fmt.Errorf("not a map")
}

func concatLists(m *meter, args []any) (any, error) {
	total := 0
	for _, a := range args {
		list, ok := a.([]any)
		if !ok {
			return nil, fmt.Errorf("%s where a list is due", describe(a))
		}
		total += len(list)
	}
	if err := m.make(total * elemWeight); err != nil {
		return nil, err
	}
	out := make([]any, 0, total)
	for _, a := range args {
		out = append(out, a.([]any)...)
	}
	return out, nil
}

func joinTexts(m *meter, args []any) (any, error) {
	list, ok := args[0].([]any)
	if !ok {
		return nil, fmt.Errorf("%s where a list is due", describe(args[0]))
	}
	separator := ""
	if len(args) == 2 {
		separator, _ = args[1].(string)
	}
	parts, total := make([]string, len(list)), 0
	for i, e := range list {
		if parts[i], ok = e.(string); !ok {
			return nil, fmt.Errorf("element %d is %s: only strings can be joined", i, describe(e))
		}
		total += len(parts[i]) + len(separator)
	}
	if err := m.make(total); err != nil {
		return nil, err
	}
	return strings.Join(parts, separator), nil
}

func replaceText(m *meter, args []any) (any, error) {
	texts, err := allTexts(args)
	if err != nil {
		return nil, err
	}
	n := strings.Count(texts[0], texts[1])
	if err := m.make(len(texts[0]) + n*(len(texts[2])-len(texts[1]))); err != nil {
		return nil, err
	}
	return strings.ReplaceAll(texts[0], texts[1], texts[2]), nil
}

func splitText(m *meter, args []any) (any, error) {
	texts, err := allTexts(args)
	if err != nil {
		return nil, err
	}
	if err := m.make((strings.Count(texts[0], texts[1]) + 1) * elemWeight); err != nil {
		return nil, err
	}
	parts := strings.Split(texts[0], texts[1])
	out := make([]any, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	return out, nil
}

func allTexts(args []any) ([]string, error) {
	out := make([]string, len(args))
	for i, a := range args {
		text, ok := a.(string)
		if !ok {
			return nil, fmt.Errorf("%s where a string is due", describe(a))
		}
		out[i] = text
	}
	return out, nil
}

func makeString(_ *meter, args []any) (any, error) {
	text, ok := scalarText(args[0])
	if !ok {
		return nil, fmt.Errorf("%s is not a single value", describe(args[0]))
	}
	return text, nil
}
