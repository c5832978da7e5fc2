package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/engine/agent"
	"tidemark/engine/external"
	"tidemark/schema"
)

// described is a kind's directory once it was read and its program asked.
type described struct {
	program engine.Program
	broken  *schema.Broken
	answer  schema.Source
}

// described reads a kind's directory and asks its program, once per content and invocation.
func (a *app) described(ctx context.Context, built *engine.Kinds, dir string) *described {
	d := &described{program: engine.Program{Name: filepath.Base(dir), Origin: absolute(dir)}}
	if d.refuseName(built, dir); d.broken != nil {
		return d
	}
	if d.readFiles(dir); d.broken != nil {
		return d
	}
	key := d.program.Hash()
	if a.asked[key] == nil {
		if a.asked == nil {
			a.asked = map[string]*described{}
		}
		a.asked[key] = d
		d.ask(ctx, dir, a.patience, a.fenced(ctx))
	}
	return a.asked[key]
}

// fenced tells whether programs are asked behind the fence of the dry run, and says once where not.
func (a *app) fenced(ctx context.Context) bool {
	if a.fence == nil {
		err := agent.FenceThere(ctx)
		if err != nil {
			a.say("this machine has no fence for the programs of kinds, they describe themselves without: %s", strings.TrimSpace(err.Error()))
		}
		there := err == nil
		a.fence = &there
	}
	return *a.fence
}

func (d *described) refuse(code, message, help string) {
	d.broken = &schema.Broken{Code: code, Message: message, Help: help}
}

func (d *described) refuseName(built *engine.Kinds, dir string) {
	name := d.program.Name
	probe := engine.Kind{Name: name, Doc: "-", Example: "-", Redo: engine.Pure, New: func() engine.Step { return nil }}
	switch _, err := os.Stat(dir + yamlExt); {
	case built.Get(name) != nil:
		d.refuse(schema.CodeKindTaken, fmt.Sprintf("%s: tidemark has a kind %q of its own", dir, name), "give the directory and the program another name")
	case err == nil:
		d.refuse(schema.CodeKindTaken, fmt.Sprintf("the kind %q stands twice: %s and %s", name, dir, dir+yamlExt), "remove one of them, or give it another name")
	default:
		if _, err := engine.NewKinds(probe); err != nil {
			d.refuse(schema.CodeKindTaken, fmt.Sprintf("%s: %s", dir, err), "give the directory and the program another name")
		}
	}
}

// readFiles reads the directory and finds the program: the executable file called like the kind, with any ending.
func (d *described) readFiles(dir string) {
	files, err := agent.ProgramFiles(os.DirFS(dir))
	if err != nil {
		d.refuse(schema.CodeKindFiles, fmt.Sprintf("%s cannot travel to nodes: %s", dir, err),
			fmt.Sprintf("plain files, at most %d with %d KiB in all; larger things belong on the nodes", engine.MaxProgramFiles, engine.MaxProgramBytes>>10))
		return
	}
	d.program.Files = files
	var runs, others []string
	for _, f := range files {
		switch stem, _, _ := strings.Cut(f.Name, "."); {
		case stem == d.program.Name && f.Exec:
			runs = append(runs, f.Name)
		case stem == d.program.Name:
			others = append(others, f.Name)
		}
	}
	switch {
	case len(runs) == 1:
		d.program.Main = runs[0]
	case len(runs) > 1:
		d.refuse(schema.CodeKindProgram, fmt.Sprintf("%s has %d programs: %s", dir, len(runs), strings.Join(runs, ", ")), "one executable file is called like the kind; make the others not executable, or rename them")
	case len(others) > 0:
		path := filepath.Join(dir, others[0])
		d.refuse(schema.CodeKindProgram, path+" is not executable", "chmod +x "+path)
	default:
		d.refuse(schema.CodeKindProgram, dir+" has no program", fmt.Sprintf("put an executable file %s there; an ending such as .py or .sh may follow", filepath.Join(dir, d.program.Name)))
	}
}

// ask runs describe and reads its answer.
func (d *described) ask(ctx context.Context, dir string, limit time.Duration, fenced bool) {
	main := filepath.Join(dir, d.program.Main)
	res, err := agent.Describe(ctx, absolute(main), limit, fenced)
	switch {
	case err != nil:
		d.refuse(schema.CodeKindProgram, fmt.Sprintf("%s cannot be started: %s", main, err), "its first line names its interpreter, e.g. #!/bin/sh; its file system must allow to execute")
	case res.Late:
		d.refuse(schema.CodeKindHangs, fmt.Sprintf("%s describe did not end within %s", main, limit), "describe only prints; read arguments from standard input in plan and apply alone")
	case res.Cut:
		d.refuse(schema.CodeKindTalks, fmt.Sprintf("%s describe printed more than %d KiB", main, schema.MaxDescription>>10), "print one JSON object")
	case res.Code != 0:
		d.refuse(schema.CodeKindExit, main+" describe: "+endOf(res), "try it: "+main+" describe")
	default:
		d.read(main, res.Answer)
	}
}

// endOf is how a program ended, with its last words.
func endOf(res agent.Described) string {
	text := fmt.Sprintf("exit %d", res.Code)
	if res.Code < 0 {
		text = "ended by a signal"
	}
	lines := strings.Split(strings.TrimSpace(string(res.Words)), "\n")
	if last := lines[len(lines)-1]; last != "" {
		text += ": " + external.Plain(last)
	}
	return text
}

func (d *described) read(main string, answer []byte) {
	d.program.Description = strings.ToValidUTF8(string(answer), "\uFFFD")
	d.answer = schema.Source{Name: main + " describe", Data: []byte(d.program.Description)}
	_, diags := schema.Describe(d.answer, d.program.Name)
	if diags.Err() != nil {
		d.broken = &schema.Broken{
			Code: schema.CodeKindAnswer, Message: fmt.Sprintf("the kind %q cannot be used: what it says of itself is wrong", d.program.Name),
			Help: "its mistakes are shown with their places in " + d.answer.Name, More: diags,
		}
		return
	}
	if k, err := external.Kind(d.program); err != nil {
		d.refuse(schema.CodeKindAnswer, err.Error(), "")
	} else if err := (&schema.Kind{Name: k.Name, Args: k.Args, Out: k.Out}).Validate(); err != nil {
		d.refuse(schema.CodeKindAnswer, err.Error(), "")
	}
}
