// Package argument has the rules that arguments of many kinds share. Each answers nil or a *schema.ArgError that names the
// argument.
package argument

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"tidemark/schema"
)

// Path refuses what does not name exactly one place below the root, in its one spelling.
func Path(name, p string) error {
	switch {
	case p == "":
		return schema.WrongArg(name, "%s is empty", name)
	case strings.ContainsRune(p, 0):
		return schema.WrongArg(name, "%s %q holds a NUL byte", name, p)
	case !strings.HasPrefix(p, "/"):
		return schema.WrongArg(name, "%s %s is relative: write it from the root, like /var/lib/…", name, Show(p))
	case slices.Contains(strings.Split(p, "/"), ".."):
		return schema.WrongArg(name, "%s %s goes up (..): write the path it leads to", name, Show(p))
	case path.Clean(p) == "/":
		return schema.WrongArg(name, "%s is /, the whole system", name)
	case path.Clean(p) != p:
		return schema.WrongArg(name, "%s %s: write it as %s", name, Show(p), Show(path.Clean(p)))
	}
	return nil
}

// Show writes a path for people; one that could deceive a terminal or a reader is quoted.
func Show(p string) string {
	if q := strconv.Quote(p); q != `"`+p+`"` || strings.ContainsAny(p, " ") {
		return q
	}
	return p
}

// keyspacePattern is Cassandra's own rule for a name, quoted or not.
var keyspacePattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_]+$`) })

// Keyspace refuses what no keyspace can be called; it becomes an argument of nodetool and the name of a directory.
func Keyspace(name, keyspace string) error {
	if !keyspacePattern().MatchString(keyspace) {
		return schema.WrongArg(name, "keyspace %q: a name has letters, digits and underscores", keyspace)
	}
	return nil
}

// Keyspaces is Keyspace for each of a list; the list may be empty.
func Keyspaces(name string, keyspaces []string) error { return each(name, keyspaces, Keyspace) }

// DataKeyspace is Keyspace for what is saved or restored: none of Cassandra's own.
func DataKeyspace(name, keyspace string) error {
	switch {
	case keyspace == "system_auth":
		return schema.WrongArg(name, "keyspace system_auth is neither saved nor restored: its old passwords would lock out the run itself; "+
			"make roles anew with CREATE ROLE and GRANT")
	case keyspace == "system_traces", keyspace == "system_distributed":
		return schema.WrongArg(name, "keyspace %s is Cassandra's own: it notes there what it traced, or repaired and built, and nothing rests on old notes; "+
			"name the application's keyspaces", keyspace)
	case slices.Contains(aboutItself(), keyspace):
		return schema.WrongArg(name, "keyspace %s is Cassandra's own: its rows are about this node, the ring and its schema, and old ones would contradict what is there; "+
			"name the application's keyspaces", keyspace)
	case OfCassandra(keyspace):
		return schema.WrongArg(name, "keyspace %s is taken for Cassandra's own, as any that begins with system_: each release has more of them; "+
			"an application's needs another name to be saved", keyspace)
	}
	return Keyspace(name, keyspace)
}

// aboutItself are the keyspaces in which Cassandra keeps what it is: old rows would contradict what is there.
func aboutItself() []string {
	return []string{"system", "system_schema", "system_views", "system_virtual_schema", "system_cluster_metadata"}
}

// OfCassandra tells whether Cassandra itself makes and fills the keyspace. It goes by the prefix, since each release has more
// of them.
func OfCassandra(keyspace string) bool {
	return keyspace == "system" || strings.HasPrefix(keyspace, "system_")
}

// DataKeyspaces is DataKeyspace for each of a list. It refuses an empty one as well: what a step proves of none is worth nothing.
func DataKeyspaces(name string, keyspaces []string) error {
	if len(keyspaces) == 0 {
		return schema.WrongArg(name, "%s is empty: name at least one", name)
	}
	return each(name, keyspaces, DataKeyspace)
}

func each(name string, keyspaces []string, check func(name, keyspace string) error) error {
	for i, k := range keyspaces {
		if err := check(name+"["+strconv.Itoa(i)+"]", k); err != nil {
			return err
		}
	}
	return nil
}
