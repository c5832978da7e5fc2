package cql

import (
	"context"
	"regexp"
	"strings"
)

// views reads the materialized views of tables; their own columns stand beside those of tables and belong to none.
func (s *Server) views(ctx context.Context, keyspaces []string, tables map[[2]string]*Table) error {
	rows, err := s.schema(ctx, "SELECT keyspace_name, view_name, base_table_name FROM system_schema.views", keyspaces)
	for _, r := range rows {
		if t := tables[[2]string{text(r, "keyspace_name"), text(r, "base_table_name")}]; t != nil {
			t.Views = append(t.Views, text(r, "view_name"))
		}
	}
	return err
}

// Types reads the user types of keyspaces: the fields, as "name type, …", by KEYSPACE.TYPE.
func (s *Server) Types(ctx context.Context, keyspaces []string) (map[string]string, error) {
	rows, err := s.schema(ctx, "SELECT keyspace_name, type_name, field_names, field_types FROM system_schema.types", keyspaces)
	made := map[string]string{}
	for _, r := range rows {
		names, _ := r["field_names"].([]string) // in the order of the type, which counts
		types, _ := r["field_types"].([]string)
		var fields []string
		for i := range min(len(names), len(types)) {
			fields = append(fields, names[i]+" "+types[i])
		}
		made[text(r, "keyspace_name")+"."+text(r, "type_name")] = strings.Join(fields, ", ")
	}
	return made, err
}

// types notes with each table what the user types are made of that its columns, or the fields of such types, name.
func (s *Server) types(ctx context.Context, keyspaces []string, tables map[[2]string]*Table) error {
	made, err := s.Types(ctx, keyspaces)
	if err != nil || len(made) == 0 {
		return err
	}
	for _, t := range tables {
		for _, c := range t.Columns {
			t.uses(c.Type, made)
		}
	}
	return nil
}

var typeName = regexp.MustCompile(`"(?:[^"]|"")+"|\w+`)

// uses notes the user types that a type is made of.
func (t *Table) uses(written string, made map[string]string) {
	for _, name := range typeName.FindAllString(written, -1) {
		name = strings.ReplaceAll(strings.Trim(name, `"`), `""`, `"`)
		fields, ok := made[t.Keyspace+"."+name]
		if _, known := t.Types[name]; !ok || known {
			continue
		}
		if t.Types == nil {
			t.Types = map[string]string{}
		}
		t.Types[name] = fields
		t.uses(fields, made)
	}
}
