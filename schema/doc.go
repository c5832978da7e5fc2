// Package schema is the language of tidemark: it turns the text of a site
// file, or of a runbook with the overlays, lists of stages and kinds that it
// takes, into typed values, or into diagnostics that name the exact place of
// every mistake, all at once.
//
// It does no input or output and keeps no state between calls. Step kinds
// reach it as values ([Kind]); what an expression may see reaches it as an
// [Env].
//
// A text is read in two phases by one decoder. At load each argument is
// checked against the kind's struct and each ${{ }} leaf by its static type;
// per task the leaves are evaluated and the same decoder fills the struct.
package schema
