package cassandra

import (
	"slices"

	"tidemark/steps/backup"
	"tidemark/steps/internal/cql"
)

// schemaDiff is how the saved schema of some keyspaces stands to the live one; tables are `<keyspace>.<table>`.
type schemaDiff struct {
	// missing tables are in the backup only, kept ones live only, differs is why others do not fit.
	missing, kept, differs []string
	// unfinished tables are those that this run was interrupted in creating, lacks is what they lack.
	unfinished, lacks []string
}

// compareSchema compares; made is what the run itself has created so far.
func compareSchema(m *backup.Manifest, keyspaces []string, live []cql.Table, made *createdRecord) schemaDiff {
	var d schemaDiff
	for _, k := range keyspaces {
		for _, saved := range m.In(k) {
			i := slices.IndexFunc(live, func(t cql.Table) bool { return t.Keyspace == k && t.Name == saved.Name })
			if i < 0 {
				d.missing = append(d.missing, k+"."+saved.Name)
				continue
			}
			why := incompatible(saved, live[i])
			if len(why) > 0 && made.made(live[i]) {
				d.unfinished, d.lacks = append(d.unfinished, k+"."+saved.Name), append(d.lacks, why...)
				continue
			}
			d.differs = append(d.differs, why...)
		}
	}
	for _, t := range live {
		if slices.Contains(keyspaces, t.Keyspace) && m.Table(t.Keyspace, t.Name) == nil {
			d.kept = append(d.kept, t.Keyspace+"."+t.Name)
		}
	}
	return d
}
