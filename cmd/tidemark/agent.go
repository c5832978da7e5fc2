package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tidemark/engine"
	"tidemark/engine/agent"
	"tidemark/steps"
)

// newAgent is the hidden verb of the node's side: a session, a task's process, a dry run's process.
func newAgent(build func() string) *cobra.Command {
	c := &cobra.Command{Use: "agent", Short: "The node's side; started by tidemark itself", Hidden: true}
	c.AddCommand(newAgentSession(build), newAgentTask(), newAgentPlan())
	return c
}

func newAgentSession(build func() string) *cobra.Command {
	var o agent.Options
	c := &cobra.Command{
		Use: "session MARKER", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if o.Dir == "" {
				dir, err := agent.DefaultDir()
				if err != nil {
					return err
				}
				o.Dir = dir
			}
			o.Build, o.Swaps = build(), openSwaps
			a, err := agent.New(o)
			if err != nil {
				return err
			}
			return agent.Serve(agent.Stdio(), a, args[0], o.Build)
		},
	}
	c.Flags().StringVar(&o.Node, "node", "", "name of this node in the site file")
	c.Flags().StringVar(&o.Netns, "netns", "", "network namespace of Cassandra")
	c.Flags().StringVar(&o.Dir, "state", "", "node state directory")
	return c
}

// openSwaps only reads files: a view with no right to ask anything is enough.
func openSwaps() ([]string, error) {
	return steps.OpenSwaps(engine.NewView(&engine.Kind{Name: "unlock"}, &agent.Machine{}, engine.NewFacts(nil), "", ""))
}

func newAgentTask() *cobra.Command {
	return &cobra.Command{
		Use: "task", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			kinds, err := steps.Kinds()
			if err != nil {
				return err
			}
			return agent.TaskMain(kinds, steps.Clients(), c.InOrStdin(), c.ErrOrStderr())
		},
	}
}

func newAgentPlan() *cobra.Command {
	return &cobra.Command{
		Use: "plan", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			kinds, err := steps.Kinds()
			if err != nil {
				return fmt.Errorf("kinds: %w", err)
			}
			return agent.PlanMain(c.Context(), kinds, steps.Clients(), c.InOrStdin(), c.OutOrStdout())
		},
	}
}
