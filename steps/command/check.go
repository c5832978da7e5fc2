package command

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/internal/argument"
)

// The system's own bounds and ours.
const (
	maxArg    = 128<<10 - 1 // bytes of one argument, without its NUL (Linux: MAX_ARG_STRLEN)
	maxOutput = 1 << 20     // bytes of each output that a receipt may carry
)

// Check refuses what no program can be given, and rules that contradict each other.
func (r *run) Check() error {
	errs := []error{checkArgv("argv", r.Argv), checkPath("dir", r.Dir), checkPath("creates", r.Creates)}
	if r.Test != nil {
		errs = append(errs, checkArgv("check", r.Test))
	}
	for _, name := range names(r.Env) {
		errs = append(errs, checkEnv(name, r.Env[name].String()))
	}
	return errors.Join(append(errs, r.checkRule(), r.checkOutcome())...)
}

// checkPath lets / pass, which is a directory to work in.
func checkPath(name, p string) error {
	if p == "" || p == "/" {
		return nil
	}
	return argument.Path(name, p)
}

func checkArgv(name string, argv []string) error {
	if len(argv) == 0 {
		return schema.WrongArg(name, "%s needs at least the program's name", name)
	}
	if argv[0] == "" {
		return schema.WrongArg(name+"[0]", "%s needs at least the program's name", name)
	}
	if err := checkProgram(name, argv[0]); err != nil {
		return err
	}
	if strings.Contains(argv[0], "/") && !path.IsAbs(argv[0]) {
		return schema.WrongArg(name+"[0]", "%s: the program %q: write its absolute path, or its name alone", name, argv[0])
	}
	for i, a := range argv {
		at := fmt.Sprintf("%s[%d]", name, i)
		if strings.ContainsRune(a, 0) {
			return schema.WrongArg(at, "%s: argument %d holds a NUL byte: no program can be given one", name, i)
		}
		if len(a) > maxArg {
			return schema.WrongArg(at, "%s: argument %d has %d bytes, the system takes %d: hand it over by stdin or a file", name, i, len(a), maxArg)
		}
	}
	return nil
}

// checkProgram refuses a command line where the name of one program is due: no shell takes it apart.
func checkProgram(name, program string) error {
	at := name + "[0]"
	switch variable, value, set := strings.Cut(program, "="); {
	case set && isVariable(variable):
		return schema.WrongArg(at, "%s: %q is no program: the variable stands beside argv: {argv: [PROGRAM], env: {%s: %q}}", name, program, variable, value)
	case strings.ContainsAny(program, "$|&;<>`"):
		return schema.WrongArg(at, "%s: %q is no program, and no shell reads it: program and arguments are separate words: [echo, hello]; a shell line is [sh, -c, '…']; a variable is set by env:", name, program)
	case strings.ContainsAny(program, " \t\n"):
		return schema.WrongArg(at, "%s: %q is no program: program and arguments are separate words: [%s]", name, program, strings.Join(strings.Fields(program), ", "))
	}
	return nil
}

// isVariable tells NAME of NAME=value from a path with an equals sign.
func isVariable(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) })
}

func checkEnv(name, value string) error {
	at := "env[" + name + "]"
	switch {
	case name == "" || strings.ContainsAny(name, "=\x00"):
		return schema.WrongArg(at, "env: %q is no name of a variable", name)
	case strings.ContainsRune(value, 0):
		return schema.WrongArg(at, "env: the value of %s holds a NUL byte", name)
	case len(name)+1+len(value) > maxArg:
		return schema.WrongArg(at, "env: %s has %d bytes, the system takes %d", name, len(value), maxArg)
	}
	return nil
}

func (r *run) checkRule() error {
	looks := r.Creates != "" || len(r.Test) > 0
	switch rule := engine.Redo(r.Rule); {
	case !slices.Contains([]engine.Redo{"", engine.Pure, engine.Idempotent, engine.Checked, engine.Manual}, rule):
		return schema.WrongArg("redo", "redo %q is not pure, idempotent, checked or manual", r.Rule)
	case rule == engine.Checked && !looks:
		return schema.WrongArgs([]string{"redo", "creates", "check"}, "redo: checked needs something to look at: creates or check")
	case rule == engine.Pure && (looks || r.Destroys || r.Daemon):
		return schema.WrongArgs([]string{"redo", "destroys", "daemon"}, "redo: pure says that the command changes nothing; creates, check, destroys and daemon say otherwise")
	}
	return nil
}

func (r *run) checkOutcome() error {
	if r.Output < 0 || r.Output > maxOutput {
		return schema.WrongArg("output", "output %s: at most 1MiB is kept; let the program write more to a file", r.Output)
	}
	for i, code := range r.OK {
		if code < 0 || code > 255 {
			return schema.WrongArg(fmt.Sprintf("ok[%d]", i), "ok: %d is no exit status (0 to 255)", code)
		}
	}
	return nil
}

func names(env map[string]schema.Sealed) []string { return slices.Sorted(maps.Keys(env)) }

// maxShown bounds what a message repeats of a command; Change.Argv has all of it.
const maxShown = 300

// shown writes arguments for people: one that is not plain is quoted. It is never read back, least of all by a shell.
func shown(argv []string) string {
	out := make([]string, len(argv))
	for i, a := range argv {
		if out[i] = a; a == "" || strconv.Quote(a) != `"`+a+`"` || strings.ContainsAny(a, " '") {
			out[i] = strconv.Quote(a)
		}
	}
	line := []rune(strings.Join(out, " "))
	if len(line) > maxShown {
		return string(line[:maxShown]) + "…"
	}
	return string(line)
}
