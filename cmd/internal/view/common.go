package view

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The patterns of what may differ between nodes that share a line: what is measured or estimated. A
// mode, an owner, a path or an id is none of it: whoever consents must see where those differ.
const (
	sizePattern  = `\d+(\.\d+)? [KMGT]?i?B\b`
	clockPattern = `\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`
	countPattern = `\b(\d+ of )?\d+ (backup|entr|file|keyspace|range|row|SSTable|table)(y|ies|s)?\b`
)

// estimates finds what is not more than an estimate in a plan.
func estimates() *regexp.Regexp { return regexp.MustCompile(sizePattern) }

// measures finds what was measured, in the report.
func measures() *regexp.Regexp {
	return regexp.MustCompile(strings.Join([]string{clockPattern, sizePattern, countPattern}, "|"))
}

// gap stands for what is left out of a text while texts are compared.
const gap = "\x02"

// common is the first of texts that differ only in what loose finds, with the span of that.
func common(texts []string, loose *regexp.Regexp) string {
	var columns [][]string
	for _, t := range texts {
		for i, n := range loose.FindAllString(t, -1) {
			if i == len(columns) {
				columns = append(columns, nil)
			}
			columns[i] = append(columns[i], n)
		}
	}
	return loose.ReplaceAllStringFunc(texts[0], func(string) string {
		n := span(columns[0])
		columns = columns[1:]
		return n
	})
}

// span is the smallest and the largest of a list, once where they are the same.
func span(list []string) string {
	by := func(a, b string) int { return cmp.Or(cmp.Compare(amount(a), amount(b)), strings.Compare(a, b)) }
	least, most := slices.MinFunc(list, by), slices.MaxFunc(list, by)
	if least == most {
		return least
	}
	return least + " to " + most
}

// amount is how much a size is, or its first number; times of day are ordered as texts.
func amount(text string) float64 {
	number, unit, _ := strings.Cut(text, " ")
	n, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0
	}
	if strings.HasSuffix(unit, "B") {
		for range strings.Index("BKMGT", unit[:1]) {
			n *= 1024
		}
	}
	return n
}
