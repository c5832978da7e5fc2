package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tidemark/schema"
	"tidemark/schema/jsonschema"
)

func newSchema(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "schema " + strings.Join(fileSorts(), "|"),
		Short: "Prints the JSON Schema of a sort of file, for editors.",
		Args:  between(1, 1), ValidArgs: fileSorts(),
		RunE: func(c *cobra.Command, args []string) error { return a.schema(c.Context(), args[0]) },
	}
}

// fileSorts are the sorts of files that the language has, by their first key.
func fileSorts() []string {
	var out []string
	for _, f := range schema.Files() {
		out = append(out, f.Name)
	}
	return out
}

// schema prints to standard output, with the kinds of the build and of the site.
func (a *app) schema(ctx context.Context, sort string) error {
	files := schema.Files()
	i := slices.IndexFunc(files, func(f schema.File) bool { return f.Name == sort })
	if i < 0 {
		return usagef("", "there is no sort of file %q; there are %s%s", sort, strings.Join(fileSorts(), ", "), meant(sort, fileSorts()))
	}
	kinds, _, err := a.declaredKinds(ctx, nil)
	if err != nil {
		return err
	}
	text, err := jsonschema.Write(files[i], kinds)
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(text)
	return err
}
