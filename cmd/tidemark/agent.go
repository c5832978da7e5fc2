package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"tidemark/engine"
	"tidemark/engine/agent"
	"tidemark/steps"
)

// newAgent is the hidden verb of the node's side: a session, a task's process, a dry run's process.
func newAgent(build func() string) *cobra.Command {
	c := &cobra.Command{Use: "agent", Short: "The node's side; started by tidemark itself", Hidden: true}
	c.AddCommand(newAgentSession(build), newAgentSend(build), newAgentReceive(build), newAgentTask(), newAgentPlan(), newAgentFenced())
	return c
}

func newAgentSession(build func() string) *cobra.Command {
	return agentVerb("session", build, func(a *agent.Agent, marker string) error {
		return agent.Serve(agent.Stdio(), a, marker, build())
	})
}

// newAgentSend answers one copy from a source, newAgentReceive takes one to the task that waits for it.
func newAgentSend(build func() string) *cobra.Command {
	return agentVerb("send", build, func(_ *agent.Agent, marker string) error {
		return agent.SendMain(os.Stdin, os.Stdout, marker, build())
	})
}

func newAgentReceive(build func() string) *cobra.Command {
	return agentVerb("receive", build, func(a *agent.Agent, marker string) error {
		return a.ReceiveMain(os.Stdin, os.Stdout, marker)
	})
}

func agentVerb(name string, build func() string, do func(a *agent.Agent, marker string) error) *cobra.Command {
	var o agent.Options
	c := &cobra.Command{
		Use: name + " MARKER", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if o.Dir == "" {
				dir, err := agent.DefaultDir()
				if err != nil {
					return err
				}
				o.Dir = dir
			}
			o.Build = build()
			if o.Node != engine.ControllerNode { // whose steps touch no files of the machine
				o.Swaps = openSwaps
			}
			a, err := agent.New(o)
			if err != nil {
				return err
			}
			return do(a, args[0])
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
			return agent.TaskMain(kinds, steps.Clients(), os.Stdin, c.ErrOrStderr())
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

// newAgentFenced puts the program of an executable kind behind the fence of the dry run.
func newAgentFenced() *cobra.Command {
	return &cobra.Command{
		Use: "fenced PROGRAM [ARG…]", Args: cobra.MinimumNArgs(1), DisableFlagParsing: true,
		RunE: func(_ *cobra.Command, args []string) error { return agent.FencedMain(args) },
	}
}
