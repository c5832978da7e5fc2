package command

import (
	"tidemark/engine"
	"tidemark/schema"
)

// Run is the kind run.
func Run() engine.Kind {
	return engine.Kind{
		Name: "run",
		Doc: "Runs one program with exactly these arguments, without a shell. Only the author knows what a command does, so the dry run shows " +
			"its arguments and no more, and an unknown outcome is settled by the rule `redo`: `manual` asks a person, `idempotent` runs it again, " +
			"`checked` looks whether the path `creates` is there (make it last, by a rename, so that a half-done command has not made it), " +
			"`pure` says that the command changes nothing. The default is `manual`, with `creates` or `check` it is `checked`.\n\n" +
			"`creates` is looked at in every plan; where it is, nothing runs. `check` is a command of the author's: a dry run lets no such " +
			"command out, so there it is `?`, and it runs just before the command; status 0 means done already, and nothing more runs. " +
			"For the same reason an unknown outcome with a `check` and no `creates` stays unknown and the node stops; say `redo: idempotent` " +
			"where the command may run again whenever its check fails: then the next attempt's check decides.\n\n" +
			"`timeout` of the step bounds it; without one the bound is 24 hours. What the command leaves running in the background counts " +
			"as the step: where it goes on for 2 seconds more it is stopped, and how far the step came is unknown, whatever its exit status. " +
			"`daemon: true` says that it is to go on.\n\n" +
			"`env` and `stdin` take secrets: the plan keeps their names, the program gets their values, and what it prints of them is masked. " +
			"Arguments take none, since every user of the node can read them.",
		Example: "id: reindex\nrun: {argv: [/usr/bin/reindex, --all, \"${{ run.id }}\"], creates: /var/lib/index/done}\ntimeout: 10m",
		Redo:    engine.Manual,
		Risk:    engine.Overwrites,
		New:     func() engine.Step { return &run{} },
		Out:     RunOut{},
		Version: 3,
	}
}

// RunOut is what the program left. Where nothing ran, Ran is false and the rest is empty.
type RunOut struct {
	Ran    bool   `json:"ran" help:"whether the program ran; false: creates or check told that it was done already"`
	Exit   int    `json:"exit" help:"its exit status"`
	Stdout string `json:"stdout" help:"the first bytes of its standard output; what is not UTF-8 becomes U+FFFD"`
	Stderr string `json:"stderr" help:"the same of its standard error"`
	Cut    bool   `json:"cut" help:"whether one of them was longer than is kept"`
}

type run struct {
	Argv     []string                 `json:"argv" help:"program (by absolute path, or a name in PATH) and its arguments" required:"true" short:"true"`
	Env      map[string]schema.Sealed `json:"env" help:"environment added to the agent's"`
	Stdin    schema.Sealed            `json:"stdin" help:"text for its standard input; left out: nothing to read"`
	Dir      string                   `json:"dir" help:"absolute path of its working directory; left out: the agent's"`
	Creates  string                   `json:"creates" help:"absolute path; where it exists nothing runs, and afterwards it must exist"`
	Test     []string                 `json:"check" help:"program and arguments, run just before; status 0: done already"`
	Rule     string                   `json:"redo" help:"what an unknown outcome means; left out: manual, with creates or check: checked" enum:"pure,idempotent,checked,manual"`
	OK       []int                    `json:"ok" help:"exit statuses that are success" default:"0"`
	Output   schema.Size              `json:"output" help:"how much of stdout and of stderr is kept, at most 1MiB" default:"64KiB"`
	Destroys bool                     `json:"destroys" help:"it removes or overwrites data: the run then asks for the site's name"`
	Daemon   bool                     `json:"daemon" help:"it starts a program that goes on after it, without a service manager; left out: what goes on for 2s after the command is stopped, and the outcome is unknown"`
}

// factPath is the key of the fact what stands at p, shared with mkdir and move.
func factPath(p string) string { return "path." + p }

const (
	present = "present"
	absent  = "absent"
)
