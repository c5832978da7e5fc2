package load

import "fmt"

const month = 30 * 24 * 3600 // seconds; call records live so long

var nothing = []byte{} // a dynamic column says all in its name

// table is one of Clearwater's: a key and the columns declared static.
type table struct{ name, key string }

var (
	private     = table{"homestead_provisioning.private", "private_id"}
	sets        = table{"homestead_provisioning.implicit_registration_sets", "id"}
	profiles    = table{"homestead_provisioning.service_profiles", "id"}
	public      = table{"homestead_provisioning.public", "public_id"}
	impi        = table{"homestead_cache.impi", "private_id"}
	impu        = table{"homestead_cache.impu", "public_id"}
	impiMapping = table{"homestead_cache.impi_mapping", "private_id"}
	simservs    = table{"homer.simservs", "user"}
	callLists   = table{"memento.call_lists", "impu"}
)

// static writes declared columns; columns is "a, b" and values theirs.
func (t table) static(key any, columns string, values ...any) statement {
	marks := "?"
	for range values {
		marks += ", ?"
	}
	return statement{
		fmt.Sprintf("INSERT INTO %s (%s, %s) VALUES (%s)", t.name, t.key, columns, marks),
		append([]any{key}, values...),
	}
}

// dynamic writes one dynamic column, a row of its own.
func (t table) dynamic(key any, name string, value []byte) statement {
	return statement{fmt.Sprintf("INSERT INTO %s (%s, column1, %s) VALUES (?, ?, ?)", t.name, t.key, t.value()), []any{key, name, value}}
}

func (t table) passing(key any, name string, value []byte) statement {
	s := t.dynamic(key, name, value)
	s.CQL += fmt.Sprintf(" USING TTL %d", month)
	return s
}

// value is the column of the dynamic values; homer's own "value" is declared.
func (t table) value() string {
	if t == simservs {
		return "value1"
	}
	return "value"
}

func (t table) drop(key any) statement {
	return statement{fmt.Sprintf("DELETE FROM %s WHERE %s = ?", t.name, t.key), []any{key}}
}

func (t table) dropRow(key any, name string) statement {
	return statement{fmt.Sprintf("DELETE FROM %s WHERE %s = ? AND column1 = ?", t.name, t.key), []any{key, name}}
}

// create writes a whole line and, for some, rows that are deleted at once.
func (l *line) create() work {
	work := append(l.provisioning(), l.cache()...)
	work = append(work, batch{simservs.static(l.public, "value", l.services())})
	if l.number%4 == 1 {
		work = append(work, batch{simservs.dynamic(l.public, "blob", blob(l.random, l.random.IntN(300)))})
	}
	work = append(work, l.calls(1+l.number%4))
	return append(work, l.shortLived()...)
}

func (l *line) provisioning() work {
	return work{
		{
			private.static(l.private, "digest_ha1, realm, plaintext_password", l.ha1(), "example.com", l.password()),
			private.dynamic(l.private, "associated_irs_"+l.irs.String(), nothing),
			private.dynamic(l.private, "_exists", nothing),
		},
		{
			sets.dynamic(l.irs, "associated_private_"+l.private, nothing),
			sets.dynamic(l.irs, "service_profile_"+l.profile.String(), nothing),
			sets.dynamic(l.irs, "_exists", nothing),
		},
		{
			profiles.static(l.profile, "initialfiltercriteria, irs", l.criteria(), l.irs.String()),
			profiles.dynamic(l.profile, "public_id_"+l.public, nothing),
			profiles.dynamic(l.profile, "_exists", nothing),
		},
		{
			public.static(l.public, "publicidentity, service_profile", l.identity(), l.profile.String()),
			public.dynamic(l.public, "_exists", nothing),
		},
	}
}

func (l *line) cache() work {
	return work{
		{
			impi.static(l.private, "digest_ha1, digest_realm, digest_qop", l.ha1(), "example.com", "auth"),
			impi.dynamic(l.private, "public_id_"+l.public, nothing),
			impi.dynamic(l.private, "_exists", nothing),
		},
		{
			impu.static(l.public, "ims_subscription_xml, is_registered, primary_ccf, secondary_ccf",
				l.subscription(), l.random.IntN(2) == 0, "ccf1.example.com", ""),
			impu.dynamic(l.public, "associated_impi__"+l.private, nothing),
			impu.dynamic(l.public, "_exists", nothing),
		},
		{impiMapping.dynamic(l.private, "associated_primary_impu__"+l.public, nothing)},
	}
}

func (l *line) calls(n int) batch {
	var batch batch
	for i := range n {
		name := fmt.Sprintf("call_2026%02d%02d_%08x_begin", 1+l.version, 1+i, l.random.Uint32())
		batch = append(batch, callLists.passing(l.public, name, blob(l.random, 40+l.random.IntN(200))))
	}
	return batch
}

// shortLived leaves tombstones: a row deleted, a partition deleted.
func (l *line) shortLived() work {
	switch l.number % 10 {
	case 6:
		return work{
			{callLists.passing(l.public, "call_deleted", []byte("gone"))},
			{callLists.dropRow(l.public, "call_deleted")},
		}
	case 8:
		passed := "sip:passed-" + l.private
		return work{{simservs.static(passed, "value", l.services())}, {simservs.drop(passed)}}
	}
	return nil
}

// change gives the line another password, criteria, services and calls.
func (l *line) change() work {
	return work{
		{private.static(l.private, "digest_ha1", l.ha1())},
		{profiles.static(l.profile, "initialfiltercriteria", l.criteria())},
		{impi.static(l.private, "digest_ha1", l.ha1())},
		{impu.static(l.public, "ims_subscription_xml, is_registered", l.subscription(), true)},
		{simservs.static(l.public, "value", l.services())},
		l.calls(2),
	}
}

func (l *line) remove() work {
	return work{
		{private.drop(l.private)},
		{sets.drop(l.irs)},
		{profiles.drop(l.profile)},
		{public.drop(l.public)},
		{impi.drop(l.private)},
		{impu.drop(l.public)},
		{impiMapping.drop(l.private)},
		{simservs.drop(l.public)},
		{callLists.drop(l.public)},
	}
}
