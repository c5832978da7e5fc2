package cassandra

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cql"
)

// createKeyspace is the statement for a saved keyspace: the snapshot's own schema has none.
func createKeyspace(k backup.Keyspace) string {
	var options []string
	for _, name := range slices.Sorted(maps.Keys(k.Replication)) {
		options = append(options, literal(name)+": "+literal(k.Replication[name]))
	}
	return fmt.Sprintf("CREATE KEYSPACE IF NOT EXISTS %s WITH replication = {%s} AND durable_writes = %t", cql.Quote(k.Name), strings.Join(options, ", "), k.Durable)
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// statements splits a saved schema.cql at its semicolons. Texts, quoted names, $$ bodies and comments are passed
// over: a comment of a table may hold a semicolon.
func statements(script string) []string {
	var out []string
	var b strings.Builder
	for i := 0; i < len(script); {
		n := quotedLen(script[i:])
		piece := script[i : i+n]
		switch {
		case strings.HasPrefix(piece, "--"), strings.HasPrefix(piece, "//"), strings.HasPrefix(piece, "/*"):
			b.WriteByte(' ')
		case piece == ";":
			out = append(out, b.String())
			b.Reset()
		default:
			b.WriteString(piece)
		}
		i += n
	}
	out = append(out, b.String())
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// quotedLen is the length of the quotation or comment that s begins with, else 1.
func quotedLen(s string) int {
	ends := []struct{ open, end string }{{"--", "\n"}, {"//", "\n"}, {"/*", "*/"}, {"$$", "$$"}, {"'", "'"}, {`"`, `"`}}
	for _, q := range ends {
		if !strings.HasPrefix(s, q.open) {
			continue
		}
		if n := strings.Index(s[len(q.open):], q.end); n >= 0 {
			return len(q.open) + n + len(q.end)
		}
		return len(s)
	}
	return 1
}

var unknownProperty = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)unknown property '([a-z_]+)'`) })

// execute sends one statement of a saved schema. An option that the live version does not know (read_repair_chance
// from 4.0 on, memtable before 4.1) is left out and named.
func execute(ctx context.Context, s *cql.Server, statement, keyspace string) (left []string, err error) {
	for {
		err := s.Exec(ctx, statement, []string{keyspace})
		if err == nil {
			return left, nil
		}
		m := unknownProperty().FindStringSubmatch(err.Error())
		if m == nil {
			return left, fmt.Errorf("%s …: %w", firstWords(statement), err)
		}
		shorter := withoutOption(statement, m[1])
		if shorter == statement {
			return left, err
		}
		statement, left = shorter, append(left, m[1])
	}
}

func firstWords(statement string) string {
	const most = 80
	statement = strings.Join(strings.Fields(statement), " ")
	if len(statement) > most {
		return strings.ToValidUTF8(statement[:most], "")
	}
	return statement
}

// withoutOption takes `name = value` out of the WITH clause; the same statement if it is not there.
func withoutOption(statement, name string) string {
	head, options, ok := splitWith(statement)
	if !ok {
		return statement
	}
	kept := slices.DeleteFunc(slices.Clone(options), func(o string) bool {
		key, _, _ := strings.Cut(o, "=")
		return strings.EqualFold(strings.TrimSpace(key), name)
	})
	switch {
	case len(kept) == len(options):
		return statement
	case len(kept) == 0:
		return head
	}
	return head + " WITH " + strings.Join(kept, " AND ")
}

// splitWith cuts a statement at its WITH and the ANDs behind it, outside of quotations, braces and parentheses.
func splitWith(statement string) (head string, options []string, ok bool) {
	depth, start := 0, -1
	for i := 0; i < len(statement); {
		n := quotedLen(statement[i:])
		switch c := statement[i]; {
		case n > 1:
		case c == '(' || c == '{':
			depth++
		case c == ')' || c == '}':
			depth--
		case depth == 0 && start < 0 && wordAt(statement, i, "WITH"):
			head, start, n = strings.TrimSpace(statement[:i]), i+4, 4
		case depth == 0 && start >= 0 && wordAt(statement, i, "AND"):
			options, start, n = append(options, strings.TrimSpace(statement[start:i])), i+3, 3
		}
		i += n
	}
	if start < 0 {
		return statement, nil, false
	}
	return head, append(options, strings.TrimSpace(statement[start:])), true
}

// wordAt tells whether the word stands alone at i.
func wordAt(s string, i int, word string) bool {
	if len(s) < i+len(word) || !strings.EqualFold(s[i:i+len(word)], word) {
		return false
	}
	before := i == 0 || !wordByte(s[i-1])
	after := i+len(word) == len(s) || !wordByte(s[i+len(word)])
	return before && after
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// checkSaved refuses a saved schema that does more than create: it comes from a file, and is sent as it is.
func checkSaved(t backup.Table) ([]string, error) {
	list := statements(t.Create)
	creates := 0
	for _, s := range list {
		words := strings.Fields(strings.ToUpper(s))
		kind := strings.Join(words[:min(2, len(words))], " ")
		switch kind {
		case "CREATE TABLE":
			creates++
		case "CREATE TYPE", "CREATE INDEX", "CREATE CUSTOM", "ALTER TABLE":
		default:
			return nil, engine.Failf(engine.ClassPrecondition, "the saved schema of %s.%s holds a statement that is not expected there: %s", t.Keyspace, t.Name, firstWords(s))
		}
	}
	if creates != 1 {
		return nil, engine.Failf(engine.ClassPrecondition, "the saved schema of %s.%s has %d CREATE TABLE statements, expected one", t.Keyspace, t.Name, creates)
	}
	return list, nil
}
