package schema

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// Limits of regular expressions. A pattern is short to write and long as a
// program: a{1000} has a thousand instructions.
const (
	maxPattern      = 1000 // bytes of one
	maxClasses      = 20   // of letters, \p{L}: each is a long list of characters
	maxInstructions = 2000 // of one

	maxPatterns    = 500    // that one reading compiles
	maxPatternCost = 50_000 // instructions of all of them
)

// pattern is a compiled regular expression; cost is about how many
// instructions it has.
type pattern struct {
	re   *regexp.Regexp
	cost int
}

// errPatterns ends the compiling of patterns in one reading.
var errPatterns = fmt.Errorf("more than %d patterns in one runbook, or %d instructions in all their programs", maxPatterns, maxPatternCost)

// compilePattern refuses what would be long before it is.
func compilePattern(text string) (*pattern, error) {
	if len(text) > maxPattern {
		return nil, tooMuch(fmt.Sprintf("the pattern has more than %d bytes", maxPattern))
	}
	if strings.Count(text, `\p`)+strings.Count(text, `\P`) > maxClasses {
		return nil, tooMuch(fmt.Sprintf(`the pattern has more than %d classes of letters (\p)`, maxClasses))
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, plainPattern(err)
	}
	cost := instructions(tree)
	if cost > maxInstructions {
		return nil, tooMuch(fmt.Sprintf("the pattern is a program of more than %d instructions", maxInstructions))
	}
	re, err := regexp.Compile(text)
	return &pattern{re: re, cost: cost}, err
}

// plainPattern names what is wrong without the name of Go's package.
func plainPattern(err error) error {
	var at *syntax.Error
	if errors.As(err, &at) {
		return fmt.Errorf("no regular expression: %s: %q", at.Code, at.Expr)
	}
	return err
}

// instructions is about how long the program of a pattern is: what repeats is
// written out in it.
func instructions(re *syntax.Regexp) int {
	n := 1
	switch re.Op {
	case syntax.OpLiteral:
		n = len(re.Rune)
	case syntax.OpCharClass:
		n += len(re.Rune) / 8
	case syntax.OpRepeat:
		n = 0
	}
	for _, sub := range re.Sub {
		n += instructions(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(re.Min+1, re.Max)
	}
	return min(n, 1<<20)
}

// patterns are the written ones of one reading, each compiled once.
type patterns struct {
	known map[string]*pattern
	tried int
	cost  int
	told  bool // that it is too much
}

// get gives a written pattern; errPatterns when there are too many.
func (p *patterns) get(text string) (*pattern, error) {
	if known := p.known[text]; known != nil {
		return known, nil
	}
	if p.tried++; p.tried > maxPatterns || p.cost > maxPatternCost {
		return nil, errPatterns
	}
	made, err := compilePattern(text)
	if err != nil {
		return nil, err
	}
	if p.known == nil {
		p.known = map[string]*pattern{}
	}
	p.known[text], p.cost = made, p.cost+made.cost
	return made, nil
}

// matchText is matches: its right side is a written pattern, compiled, or text
// that is known only now.
func matchText(m *meter, args []any) (any, error) {
	if args[0] == nil || args[1] == nil {
		return false, nil
	}
	texts, err := allTexts(args[:1])
	if err != nil {
		return nil, err
	}
	p, ok := args[1].(*pattern)
	if !ok {
		if p, err = m.pattern(args[1]); err != nil {
			return nil, err
		}
	}
	if err := m.spend(len(texts[0]) * (1 + p.cost/32)); err != nil {
		return nil, err
	}
	return p.re.MatchString(texts[0]), nil
}

// pattern compiles one that is known only now; the last is kept, for it is
// asked of each element of a list.
func (m *meter) pattern(v any) (*pattern, error) {
	texts, err := allTexts([]any{v})
	if err != nil || m.lastText == texts[0] && m.last != nil {
		return m.last, err
	}
	p, err := compilePattern(texts[0])
	if err != nil {
		return nil, err
	}
	m.last, m.lastText = p, texts[0]
	return p, m.spend(p.cost * 100)
}
