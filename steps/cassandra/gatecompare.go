package cassandra

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tidemark/steps/backup"
	"tidemark/steps/internal/cql"
)

// incompatible lists, column by column, why files of the saved table must not come live under the live schema. An
// old file that names a column Cassandra does not know stops its start; one that names a column dropped
// since loses its cells without a word.
func incompatible(saved backup.Table, live cql.Table) []string {
	c := comparison{saved: saved, live: live}
	c.columns()
	c.dropped()
	c.types()
	c.rest()
	slices.Sort(c.found)
	return c.found
}

type comparison struct {
	saved backup.Table
	live  cql.Table
	found []string
}

func (c *comparison) say(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf("%s.%s: ", c.saved.Keyspace, c.saved.Name)+fmt.Sprintf(format, args...))
}

func (c *comparison) columns() {
	live := map[string]cql.Column{}
	for _, col := range c.live.Columns {
		live[col.Name] = col
	}
	for _, was := range c.saved.Columns {
		is, ok := live[was.Name]
		delete(live, was.Name)
		switch {
		case !ok:
			c.say("column %s %s is in the backup, not in the live table", was.Name, was.Type)
		case was.Type != is.Type:
			c.say("column %s is %s in the backup, %s live", was.Name, was.Type, is.Type)
		case was.Kind != is.Kind || was.Position != is.Position:
			c.say("column %s is %s in the backup, %s live", was.Name, role(was.Kind, was.Position), role(is.Kind, is.Position))
		case !strings.EqualFold(was.Order, is.Order):
			c.say("column %s is in order %s in the backup, %s live", was.Name, was.Order, is.Order)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(live)) {
		c.say("column %s %s is live, not in the backup", name, live[name].Type)
	}
}

func role(kind string, position int) string {
	if position < 0 {
		return kind
	}
	return kind + " " + strconv.Itoa(position+1)
}

// dropped compares what was dropped: cells of such a column written before that time are not read.
func (c *comparison) dropped() {
	live := map[string]cql.Dropped{}
	for _, d := range c.live.Dropped {
		live[d.Name] = d
	}
	for _, was := range c.saved.Dropped {
		is, ok := live[was.Name]
		delete(live, was.Name)
		switch {
		case !ok:
			c.say("column %s was dropped before the backup; the live table does not know it, and old files may hold it", was.Name)
		case was.Type != is.Type:
			c.say("dropped column %s was %s in the backup, is %s live", was.Name, was.Type, is.Type)
		case is.Time.Before(was.Time):
			c.say("column %s was dropped at %s in the backup, at %s live: rows deleted so would come back", was.Name, utc(was.Time), utc(is.Time))
		case is.Time.After(was.Time) && c.hasColumn(was.Name):
			c.say("column %s was dropped again at %s, after the backup: its values would be lost", was.Name, utc(is.Time))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(live)) {
		if c.hasColumn(name) {
			c.say("column %s was dropped at %s, after the backup: its values would be lost", name, utc(live[name].Time))
		}
	}
}

func (c *comparison) hasColumn(name string) bool {
	return slices.ContainsFunc(c.saved.Columns, func(col backup.Column) bool { return col.Name == name })
}

// types compares what the user types of both sides are made of: a column names its type alone.
func (c *comparison) types() {
	for _, name := range slices.Sorted(maps.Keys(c.saved.Types)) {
		if is, ok := c.live.Types[name]; ok && is != c.saved.Types[name] {
			c.say("%s", typeDiffers(name, c.saved.Types[name], is))
		}
	}
}

func (c *comparison) rest() {
	was, is := slices.Sorted(slices.Values(c.saved.Flags)), slices.Sorted(slices.Values(c.live.Flags))
	if !slices.Equal(was, is) {
		c.say("flags are %v in the backup, %v live", was, is)
	}
	for _, name := range c.live.Views {
		c.say("materialized view %s is made from it and would keep the rows of today; drop it, restore, then create it again", name)
	}
	for _, name := range c.saved.Indexes {
		if !slices.Contains(c.live.Indexes, name) {
			c.say("index %s is in the backup, not live", name)
		}
	}
	for _, name := range c.live.Indexes {
		if !slices.Contains(c.saved.Indexes, name) {
			c.say("index %s is newer than the backup and would be empty though Cassandra thinks it is built", name)
		}
	}
}

// replicationDiffers says how the saved replication differs from the live one; another strategy or set of data
// centres puts ranges on other nodes, so it must not be restored over; another factor only makes repair a must.
func replicationDiffers(saved, live map[string]string) (refuse, note string) {
	if maps.Equal(saved, live) {
		return "", ""
	}
	text := fmt.Sprintf("replication was %s, is %s", replicationText(saved), replicationText(live))
	same := strategy(saved["class"]) == strategy(live["class"])
	for dc := range saved {
		_, ok := live[dc]
		same = same && ok
	}
	if !same || len(saved) != len(live) {
		return text, ""
	}
	if replicationText(saved) == replicationText(live) {
		return "", ""
	}
	return "", text + ": a full repair is a must"
}

func strategy(class string) string { return class[strings.LastIndexByte(class, '.')+1:] }

func replicationText(r map[string]string) string {
	parts := []string{strategy(r["class"])}
	for _, k := range slices.Sorted(maps.Keys(r)) {
		if k != "class" {
			parts = append(parts, k+"="+r[k])
		}
	}
	return strings.Join(parts, " ")
}

func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000Z") }
