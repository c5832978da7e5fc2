package nodetool

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Member is one node of the ring as another one sees it.
type Member struct {
	// Up is what the failure detector says; an unknown state is not up.
	Up bool
	// State is Normal, Leaving, Joining, Moving, or Unknown.
	State                     string
	Address, HostID, Rack, DC string
}

// UN tells whether the member is up and normal, as nodetool writes it. It does not tell whether it serves: a
// drained node is UN.
func (m Member) UN() bool { return m.Up && m.State == "Normal" }

// Agreement is what the members say of the schema.
type Agreement struct {
	// Versions maps each schema version to the addresses that hold it; one version is agreement.
	Versions map[string][]string
	// Unreachable are the addresses that did not answer.
	Unreachable []string
}

var (
	uuid       = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`) })
	memberRow  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([UD?])([NLJM?])\s+(\S+)\s`) })
	datacenter = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^Datacenter: (\S.*)$`) })
	modeLine   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^Mode: ([A-Z_]+)\s*$`) })
	schemaLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\t\t(\S+): \[([^\]]+)\]\s*$`) })
)

func parseMode(out string) (string, error) {
	m := modeLine().FindAllStringSubmatch(out, -1)
	if len(m) != 1 {
		return "", unknownShape("netstats", out)
	}
	return m[0][1], nil
}

func stateWord(letter string) string {
	switch letter {
	case "N":
		return "Normal"
	case "L":
		return "Leaving"
	case "J":
		return "Joining"
	case "M":
		return "Moving"
	}
	return "Unknown"
}

// parseStatus reads the tables of all data centres. Below a heading every line up to the next blank one must be a
// member, so that a member of an unknown shape is never overlooked.
func parseStatus(out string) ([]Member, error) {
	var found []Member
	dc, inTable := "", false
	for l := range strings.Lines(out) {
		l = strings.TrimRight(l, " \r\n")
		if m := datacenter().FindStringSubmatch(l); m != nil {
			dc, inTable = m[1], false
			continue
		}
		if l == "" || strings.HasPrefix(l, "-- ") {
			inTable = l != ""
			continue
		}
		if !inTable {
			continue
		}
		m, ok := parseMember(l, dc)
		if !ok {
			return nil, unknownShape("status", l)
		}
		found = append(found, m)
	}
	if len(found) == 0 {
		return nil, unknownShape("status", out)
	}
	return found, nil
}

// parseMember finds the host id by its form and the rack as the last word: load may be `?` or two words.
func parseMember(l, dc string) (Member, bool) {
	row, id := memberRow().FindStringSubmatch(l), uuid().FindStringIndex(l)
	if row == nil || id == nil || dc == "" {
		return Member{}, false
	}
	rest := strings.Fields(l[id[1]:])
	if len(rest) == 0 {
		return Member{}, false
	}
	return Member{
		Up: row[1] == "U", State: stateWord(row[2]), Address: row[3],
		HostID: l[id[0]:id[1]], Rack: rest[len(rest)-1], DC: dc,
	}, true
}

func parseAgreement(out string) (Agreement, error) {
	a := Agreement{Versions: map[string][]string{}}
	_, block, found := strings.Cut(out, "Schema versions:\n")
	if !found {
		return a, unknownShape("describecluster", out)
	}
	for l := range strings.Lines(block) {
		if l = strings.TrimRight(l, " \r\n"); l == "" {
			continue
		}
		m := schemaLine().FindStringSubmatch(l)
		if m == nil {
			break // the next section
		}
		hosts := strings.Split(m[2], ", ")
		if m[1] == "UNREACHABLE" {
			a.Unreachable = slices.Concat(a.Unreachable, hosts)
		} else {
			a.Versions[m[1]] = hosts
		}
	}
	if len(a.Versions)+len(a.Unreachable) == 0 {
		return a, unknownShape("describecluster", out)
	}
	return a, nil
}
