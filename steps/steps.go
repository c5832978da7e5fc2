// Package steps is the list of all kinds and clients of this build. Lists are explicit: nothing registers itself.
package steps

import (
	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/cassandra"
	"tidemark/steps/command"
	"tidemark/steps/control"
	"tidemark/steps/files"
	"tidemark/steps/internal/cql"
	"tidemark/steps/monit"
)

// All lists the kinds of every domain.
func All() []engine.Kind {
	var all []engine.Kind
	all = append(all, backup.Kinds()...)
	all = append(all, cassandra.Kinds()...)
	all = append(all, command.Kinds()...)
	all = append(all, control.Kinds()...)
	all = append(all, files.Kinds()...)
	all = append(all, monit.Kinds()...)
	return all
}

// Kinds is All, checked; the error is a mistake of this build.
func Kinds() (*engine.Kinds, error) { return engine.NewKinds(All()...) }

// Clients are fresh clients of the database systems; the caller closes them.
func Clients() map[string]engine.Client {
	return map[string]engine.Client{"cql": cql.NewClient()}
}

// OpenSwaps lists the runs whose restore is half-way on this node.
func OpenSwaps(a engine.Asker) ([]string, error) { return cassandra.OpenSwaps(a) }
