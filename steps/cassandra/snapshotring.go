package cassandra

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"tidemark/engine"
	"tidemark/steps/internal/argument"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
	"tidemark/steps/internal/nodetool"
)

// ring is what a running server says of itself and of some keyspaces.
type ring struct {
	asker     engine.Asker
	conf      cassconf.Config
	local     cql.Local
	keyspaces []cql.Keyspace
	tables    []cql.Table
}

// ringReads is what asking for a ring sends.
func ringReads() []engine.Read { return slices.Concat(nodetool.Reads(), cql.Reads()) }

// askRing asks the server on this node about keyspaces; each must exist, and the server be 4.0 or newer. Six questions
// are dear to a server that works, so the steps of one plan share the answers; none of those that ask changes a schema.
func askRing(ctx context.Context, v *engine.View, keyspaces []string) (*ring, error) {
	return engine.Once(v, "ring of "+strings.Join(keyspaces, " "), func() (*ring, error) { return newRing(ctx, v, keyspaces) })
}

func newRing(ctx context.Context, a engine.Asker, keyspaces []string) (*ring, error) {
	r := &ring{asker: a}
	var err error
	if r.conf, err = cassconf.Read(a, ""); err != nil {
		return nil, err
	}
	server := cql.At(a, r.conf.CQLAddress())
	if r.local, err = server.Local(ctx); err != nil {
		return nil, err
	}
	if err := supported(r.local.Release); err != nil {
		return nil, err
	}
	if err := r.ask(ctx, server, keyspaces); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *ring) ask(ctx context.Context, server *cql.Server, keyspaces []string) error {
	all, err := server.Keyspaces(ctx, nil)
	if err != nil {
		return err
	}
	for _, k := range keyspaces {
		i := slices.IndexFunc(all, func(have cql.Keyspace) bool { return have.Name == k })
		if i < 0 {
			return unknownKeyspace(k, all)
		}
		r.keyspaces = append(r.keyspaces, all[i])
	}
	r.tables, err = server.Tables(ctx, keyspaces)
	if err == nil && len(r.tables) == 0 {
		err = engine.Failf(engine.ClassPrecondition, "there are no tables in %s", strings.Join(keyspaces, ", "))
	}
	return err
}

func unknownKeyspace(name string, all []cql.Keyspace) error {
	var have []string
	for _, k := range all {
		if !argument.OfCassandra(k.Name) {
			have = append(have, k.Name)
		}
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "keyspace %s does not exist; this cluster has %s", name, strings.Join(have, ", ")),
		"correct the input keyspaces, or the site's external_hss and memento")
}

// supported refuses what was never tried: before 4.0 there is no system_views, and peers are in another table.
func supported(release string) error {
	major, _, _ := strings.Cut(release, ".")
	if n, err := strconv.Atoi(major); err == nil && n >= 4 {
		return nil
	}
	return engine.Failf(engine.ClassPrecondition, "Cassandra %s is not supported: backups need 4.0 or newer", release)
}

// mustRun refuses to go on without a serving Cassandra. A node where an earlier step is still to start it
// cannot be asked yet: serves is false then.
func mustRun(ctx context.Context, v *engine.View) (fact engine.Fact, serves bool, err error) {
	fact, err = v.Fact(cassconf.FactRunning, func() (string, error) { return cassconf.Running(ctx, v) })
	if err != nil {
		return fact, false, err
	}
	if fact.Value != cassconf.Runs {
		return fact, false, engine.WithNext(engine.Failf(engine.ClassPrecondition, "Cassandra does not serve on %s (serving: %s)", v.Node, fact.Value),
			"start it: monit start -g cassandra")
	}
	if _, promised := v.Promised(cassconf.FactRunning); !promised {
		return fact, true, nil
	}
	now, err := cassconf.Running(ctx, v)
	return fact, now == cassconf.Runs, err
}
