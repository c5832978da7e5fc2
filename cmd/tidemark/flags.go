package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagsOf are the flags of a verb that others have, too, and not all: a flag that means nothing to a verb is refused by
// it. One that is swallowed looks obeyed.
func flagsOf(verb string) []string {
	switch verb {
	case "plan":
		return []string{"input", "limit", "local"}
	case "run":
		return []string{"input", "limit", "local", "yes"}
	case "explain":
		return []string{"input"}
	case "backups", "nodes":
		return []string{"limit", "local"}
	case "resume", "abandon", "unlock":
		return []string{"local", "yes"}
	case "cancel", "logs":
		return []string{"local"}
	}
	return nil
}

// shareFlags gives each verb its own of the flags that several have, and what to propose for their values.
func (a *app) shareFlags(root *cobra.Command) {
	for _, c := range root.Commands() {
		for _, name := range flagsOf(c.Name()) {
			a.shareFlag(c, name)
		}
	}
}

func (a *app) shareFlag(c *cobra.Command, name string) {
	f := c.PersistentFlags()
	switch name {
	case "input":
		f.StringArrayVar(&a.inputs, name, nil, "input of the runbook, `KEY=VALUE`; repeatable")
		propose(c, name, a.completeInput)
	case "limit":
		f.StringSliceVar(&a.limit, name, nil, "only these `NODES` (names or groups, with commas)")
		propose(c, name, a.completeLimit)
	case "local":
		f.BoolVar(&a.local, name, false, "the one node that is meant is this machine: no ssh")
	case "yes":
		f.Var(&a.yes, name, "answers confirmations; runbooks that overwrite data need --yes=SITE")
		f.Lookup(name).NoOptDefVal = plainYes
	}
}

// badFlag refuses a flag; of one that other verbs have it says which.
func badFlag(c *cobra.Command, err error) error {
	next := c.CommandPath() + " --help"
	if e := (*pflag.NotExistError)(nil); errors.As(err, &e) {
		if verbs := takers(c.Root(), e.GetSpecifiedName()); verbs != nil && c.HasParent() {
			return usagef(next, "%s takes no --%s; it is a flag of %s", c.Name(), e.GetSpecifiedName(), strings.Join(verbs, ", "))
		} else if verbs != nil {
			return usagef(next, "--%s stands behind the command that it is for: %s", e.GetSpecifiedName(), strings.Join(verbs, ", "))
		}
	}
	return usagef(next, "%s", flagWords(c, err))
}

// flagWords says in this program's words what is wrong with a flag that no verb shares.
func flagWords(c *cobra.Command, err error) string {
	if e := (*pflag.NotExistError)(nil); errors.As(err, &e) {
		if e.GetSpecifiedShortnames() != "" {
			return "there is no flag -" + e.GetSpecifiedName()
		}
		var known []string
		c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
		given := "--" + e.GetSpecifiedName()
		return "there is no flag " + given + meant(given, known)
	}
	if e := (*pflag.InvalidValueError)(nil); errors.As(err, &e) && e.GetFlag().Value.Type() == "int" {
		return "--" + e.GetFlag().Name + " " + e.GetValue() + ": a whole number is due"
	}
	return err.Error()
}

// takers are the verbs that share a flag.
func takers(root *cobra.Command, flag string) (verbs []string) {
	for _, c := range root.Commands() {
		if slices.Contains(flagsOf(c.Name()), flag) {
			verbs = append(verbs, c.Name())
		}
	}
	return verbs
}
