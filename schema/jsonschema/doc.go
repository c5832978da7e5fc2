// Package jsonschema writes the declarations of package schema as JSON Schema
// (draft 2020-12), for editors and for tools that check YAML without tidemark.
//
// A schema sees values only: it knows keys, types, forms, allowed words and
// which keys are needed. What an expression means, what stands in another
// place of the file, and what a site has, `tidemark validate` knows alone.
package jsonschema
