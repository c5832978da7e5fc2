package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/link"
	"tidemark/schema"
)

// app is one invocation: its streams and the flags that verbs share.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer

	site, state, output, agentDir string
	runbooks                      string // a further directory of the site's own texts
	inputs, limit                 []string
	yes                           consent
	local                         bool
	// asked are the programs of executable kinds that were asked already, by hash; fence, whether behind one.
	asked map[string]*described
	fence *bool
	// patience is how long a program may take to describe itself.
	patience time.Duration
	// build is the id of this program; dial opens a connection, tests put theirs here.
	build func() (string, error)
	dial  func(link.Target, link.Options) engine.Node
}

// run does what args say and gives the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, build: buildOnce(), patience: 10 * time.Second}
	return a.execute(ctx, args)
}

// execute runs the verb; a panic is an internal error, never a code of its own.
func (a *app) execute(ctx context.Context, args []string) (code int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(a.stderr, "tidemark: internal error: %v\n%s", r, debug.Stack())
			code = exitInternal
		}
	}()
	out := &answer{to: a.stdout}
	if !view.Terminal(a.stdout) {
		a.stdout = out
	}
	root, args := a.commands(args)
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := a.placeless(root.ExecuteContext(ctx))
	a.explain(err)
	a.explain(out.lost())
	return exitCode(errors.Join(err, out.lost()))
}

// commands are all that args may mean. The node's side, of which a run starts a process per task, is made alone.
func (a *app) commands(args []string) (*cobra.Command, []string) {
	if len(args) == 0 || args[0] != "agent" {
		return newRoot(a), args
	}
	c := newAgent(a.buildOrNone)
	c.SilenceErrors, c.SilenceUsage = true, true
	return c, args[1:]
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "tidemark",
		Short:         "Runs runbooks of typed steps over the nodes of a deployment: backup, restore, copies of backups.",
		Args:          unknownVerb,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(badFlag)
	root.CompletionOptions.DisableDefaultCmd = true
	a.flags(root)
	root.AddCommand(verbs(a)...)
	root.SetHelpCommand(newHelp())
	typeableHelp(root)
	a.shareFlags(root)
	a.completions(root)
	return root
}

// newHelp prints the help of a command; a word that is none is refused, as it is without help before it.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Helps with a command.",
		RunE: func(c *cobra.Command, args []string) error {
			found, rest, err := c.Root().Find(args)
			if err != nil || (found == c.Root() && len(rest) > 0) {
				return unknownVerb(c.Root(), args)
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}

// verbs are all commands, in the order of their use.
func verbs(a *app) []*cobra.Command {
	return []*cobra.Command{
		newList(a), newShow(a), newValidate(a), newPlan(a), newRun(a), newResume(a), newStatus(a), newRuns(a),
		newLogs(a), newAttach(a), newCancel(a), newAbandon(a), newBackups(a), newSteps(a), newSchema(a), newNodes(a), newUnlock(a),
		newExplain(a), newNew(a), newFmt(a), newLint(a), newCompletion(a),
		newVersion(a), newAgent(a.buildOrNone),
	}
}

// buildOrNone is the build id for agents; an empty one is refused by every controller.
func (a *app) buildOrNone() string {
	id, _ := a.build()
	return id
}

// flags are those of all verbs; shareFlags has those of some.
func (a *app) flags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&a.site, "site", "", "site `FILE` (default /etc/tidemark/site.yaml, then ./site.yaml)")
	f.StringVar(&a.runbooks, "runbooks", "", "`DIR` of the site's own runbooks, with overlays/, include/ and kinds/ in it (beside those next to the site file)")
	f.StringVar(&a.state, "state", "", "`DIR` of the run directories (default $XDG_STATE_HOME/tidemark, else ~/.local/state/tidemark; for root /var/lib/tidemark)")
	f.StringVarP(&a.output, "output", "o", "text", "`FORMAT` of the answer: text or json; validate and lint have sarif, too")
	f.StringVar(&a.agentDir, "agent-dir", "", "`DIR` of tidemark binaries for other architectures: tidemark-linux-ARCH")
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return a.checkOutput(c) }
}

// sarif is a format for code review systems.
const sarif = "sarif"

// formats notes which formats a verb has besides text and json.
func formats(more ...string) map[string]string {
	return map[string]string{"formats": strings.Join(more, " ")}
}

func (a *app) checkOutput(c *cobra.Command) error {
	known := append([]string{"text", "json"}, strings.Fields(c.Annotations["formats"])...)
	if !slices.Contains(known, a.output) {
		last := len(known) - 1
		return usagef("", "-o %s: it is %s or %s", a.output, strings.Join(known[:last], ", "), known[last])
	}
	return nil
}

func (a *app) json() bool { return a.output == "json" }

// say writes one line of talk; answers go to standard output instead.
func (a *app) say(format string, args ...any) { fmt.Fprintf(a.stderr, format+"\n", args...) }

// mistaken shows mistakes in texts, as wide as the terminal is.
func (a *app) mistaken(diags schema.Diagnostics, sources ...schema.Source) {
	fmt.Fprint(a.stderr, diags.RenderWithin(view.StyleOf(a.stderr).Width, sources...))
}

// explain writes an error: runbook mistakes with their source, failures by cause, and the next thing to do.
func (a *app) explain(err error) {
	if err == nil || errors.Is(err, errPending) || errors.Is(err, errReported) {
		return
	}
	if i := (*invalid)(nil); errors.As(err, &i) {
		a.mistaken(i.diags, i.sources...)
		a.mistakes(i.diags)
		return
	}
	view.Problem(a.stderr, a.reachable(causes(err)), view.StyleOf(a.stderr))
}

// mistakes ends a list of diagnostics: how many refuse the text, and where the first is explained.
func (a *app) mistakes(diags schema.Diagnostics) {
	var codes []string
	for _, d := range diags {
		if d.Severity == schema.Error {
			codes = append(codes, d.Code)
		}
	}
	a.say("%s. Nothing was done.", engine.Count(len(codes), "mistake"))
	a.say("  next: tidemark explain %s", codes[0])
}
