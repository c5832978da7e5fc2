package view

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func numbers() *regexp.Regexp { return regexp.MustCompile(`\d+(\.\d+)?( [KMGT]?i?B\b)?`) }

func sizes() *regexp.Regexp { return regexp.MustCompile(`\d+(\.\d+)? [KMGT]?i?B\b`) }

// common is the first of texts that differ only in numbers, with what their numbers have in common.
func common(texts []string) string {
	columns := make([][]string, len(numbers().FindAllString(texts[0], -1)))
	for _, t := range texts {
		for i, n := range numbers().FindAllString(t, -1) {
			if i < len(columns) {
				columns[i] = append(columns[i], n)
			}
		}
	}
	return numbers().ReplaceAllStringFunc(texts[0], func(string) string {
		n := span(columns[0])
		columns = columns[1:]
		return n
	})
}

// span is one text for numbers: the smallest and the largest of sizes, "…" for others that differ, which may be parts of
// names.
func span(list []string) string {
	sized := func(n string) bool { return strings.HasSuffix(n, "B") }
	switch all := slices.Compact(slices.Clone(list)); {
	case len(all) == 1:
		return all[0]
	case slices.ContainsFunc(list, func(n string) bool { return !sized(n) }):
		return "…"
	}
	bySize := func(a, b string) int { return cmp.Compare(bytesIn(a), bytesIn(b)) }
	return slices.MinFunc(list, bySize) + " to " + slices.MaxFunc(list, bySize)
}

// bytesIn reads what Bytes wrote.
func bytesIn(text string) float64 {
	number, unit, _ := strings.Cut(text, " ")
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || unit == "" {
		return 0
	}
	for range strings.Index("BKMGT", unit[:1]) {
		n *= 1024
	}
	return n
}
