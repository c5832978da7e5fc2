package story

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// act is a way in which a restore changes files on a node, as a witness sees it. The first group of the path is the
// keyspace or, for what belongs to all of them, another name.
type act struct {
	name, what string
	path       *regexp.Regexp
}

// acts are all of a restore by the run and of its release. Left out are the making of directories, and the record of
// the restore, which is written afresh whenever the restore goes a step on.
func acts(run string) []act {
	const data = `^/var/lib/cassandra/data/`
	own := `^/var/lib/cassandra/tidemark/` + regexp.QuoteMeta(run) + `/`
	var all []act
	for _, a := range [][3]string{
		{"laid ready", made, own + `staged/(\w+)/[^/]+/.+`},
		{"marked", came, own + `staged/(\w+)/[^/]+/\.tidemark-.+`},
		{"moved away", came, own + `old/(hints|saved_caches)/.+`},
		{"exchanged", came, data + `(\w+)/[^/]+`},
		{"kept", came, own + `old/(\w+)/[^/]+`},
		{"given back", came, data + `(\w+)/[^/]+/(?:snapshots|backups)(?:/[^/]+)?`},
		{"unmarked", gone, data + `(\w+)/[^/]+/\.tidemark-.+`},
		{"released", gone, own + `old/(\w+)/.+`},
	} {
		all = append(all, act{a[0], a[1], regexp.MustCompile(a[2] + "$")})
	}
	return all
}

// done is what was done to one path.
type done struct{ act, keyspace, path string }

// restored are the acts of a restore that the witness saw, with how often it saw each.
func (w *witness) restored(run string) map[done]int {
	out, all := map[done]int{}, acts(run)
	for _, c := range w.changes() {
		if filepath.Base(c.path) == ".tidemark-temp" {
			continue // what is marked has this name before
		}
		for _, a := range all {
			if m := a.path.FindStringSubmatch(c.path); m != nil && a.what == c.what {
				out[done{a.name, m[1], c.path}]++
				break
			}
		}
	}
	return out
}

// exchanged are the names of all tables that came live, in order.
func (w *witness) exchanged() []string {
	var out []string
	for _, c := range w.changes() {
		if table := c.exchanged(); table != "" {
			out = append(out, table)
		}
	}
	return out
}

// exchanged is the name of the table that came live by the change; "" is none.
func (c change) exchanged() string {
	dir, name := filepath.Split(c.path)
	if c.what != came || filepath.Dir(filepath.Clean(dir)) != "/var/lib/cassandra/data" {
		return ""
	}
	table, _, _ := strings.Cut(name, "-")
	return table
}

// watchAll watches the disk of every Vellum.
func watchAll(t *testing.T) map[string]*witness {
	t.Helper()
	out := map[string]*witness{}
	for _, host := range vellums {
		out[host] = watch(t, labDir, host, nil)
	}
	return out
}

// leave puts a file among the hints and the saved caches of every Vellum, as a node that was busy has them.
func leave(t *testing.T) {
	t.Helper()
	for _, host := range vellums {
		on(t, host, "cd /var/lib/cassandra && touch hints/left saved_caches/left && chown cassandra:cassandra hints/left saved_caches/left")
	}
}

// eachOnce looks that a restore, and its release, did on every node all there is to do, and each thing once, however
// often it was killed: twice only where the journal shows that a task's outcome was unknown and settled as not done.
// It gives how much was done, over all nodes.
func eachOnce(t *testing.T, all map[string]*witness, run, backup string, journal []event) map[string]int {
	t.Helper()
	total := map[string]int{}
	for host, w := range all {
		number := map[string]int{}
		for d, n := range w.restored(run) {
			number[d.act]++
			total[d.act]++
			if most := 1 + notDone(journal, d.task(), host); n > most {
				t.Errorf("%s: %s was %s %d times, want at most %d", host, d.path, d.act, n, most)
			}
		}
		files := on(t, host, "find /var/lib/tidemark/backups/"+backup+"/cassandra/data -mindepth 3 | wc -l")
		want := map[string]int{"marked": allTables, "exchanged": allTables, "kept": allTables, "unmarked": allTables}
		want["laid ready"], _ = strconv.Atoi(strings.TrimSpace(files))
		for name, n := range want {
			if number[name] != n {
				t.Errorf("%s: %d were %s, want %d", host, number[name], name, n)
			}
		}
		if number["moved away"] < 2 {
			t.Errorf("%s: the hints and saved caches were not moved away", host)
		}
	}
	return total
}

// task is a part of the name of the tasks that may have done it.
func (d done) task() string {
	if d.keyspace == "hints" || d.keyspace == "saved_caches" {
		return "restore/restore["
	}
	return "[" + d.keyspace + "]"
}

// notDone counts how often a journal shows tasks of a host settled as not done: they were then begun again.
func notDone(journal []event, task, host string) int {
	n := 0
	for _, e := range journal {
		mine := strings.Contains(e.Task, task) && strings.HasSuffix(e.Task, "@"+host)
		if mine && e.Type == "settled" && !strings.HasPrefix(e.Reason, "found done") {
			n++
		}
	}
	return n
}
