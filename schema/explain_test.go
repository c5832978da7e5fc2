package schema_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/schema"
)

// Every value says what it is and which texts it passed; the answers of a
// runbook with overlays and of one with lists of stages are kept as text.
func TestExplain(t *testing.T) {
	for name, paths := range map[string][]string{
		"overlay-verbs": {
			"stop/drain.timeout", "stop/drain", "stop/halt.monit.group", "stop/wait.pause.for", "stop/unarm.skip", "stop/unarm.for-each",
			"stop.strategy.parallel", "stop.strategy.fail-fast", "stop/drain.user", "finally/rearm.monit", "inputs.names.default", "inputs.names", "vars.pace", "title",
		},
		"include-nested": {"quiet/settle.pause", "quiet/unarm.for-each", "calm/shown", "last/ready.run.argv"},
		"explain-inside": {
			"work/whole", "work/whole/calm/wait.pause.for", "work/whole/calm/wait.when", "work/whole/calm/said.run", "work/whole/show.run.argv", "work/whole/show.user",
			"quiet/rest/wait.pause", "quiet/rest", "quiet/settle.skip", "work.on",
		},
		"explain-values": {
			"vars.pace", "vars.tries", "vars.rates", "vars.paths", "vars.paths.all", "inputs.wait.default", "inputs.room.default", "inputs.names.default", "inputs.key.default",
			"work/told.when", "work/told.run", "work/each.for-each", "work/each.pause", "work/rest.when", "work/sealed.run.stdin", "work/read.when", "work/here.run", "work/mixed.run",
		},
	} {
		src := unpack(t, read(t, filepath.Join(corpus, "ok", name+".txtar")))
		site := labSite(t)
		book, ds := schema.Load(src, testKinds(), site)
		if len(ds) > 0 {
			t.Fatal(ds.Render(src.All()...))
		}
		var b strings.Builder
		for _, path := range paths {
			x, err := book.Explain(path, map[string]string{"names": "a,b"}, site)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			fmt.Fprintf(&b, "%s: %s, %q, default %q, %s\n", x.Path, x.Type, x.Value, x.Default, x.Help)
			if x.Gives != "" {
				fmt.Fprintf(&b, "  gives %s\n", x.Gives)
			}
			write(&b, "  ", x.Layers)
			for _, r := range x.Reads {
				fmt.Fprintf(&b, "  reads %s\n", r.Name)
				write(&b, "    ", r.Layers)
			}
		}
		golden(t, filepath.Join(corpus, "ok", name+".explained"), b.String())
	}
}

func write(b *strings.Builder, indent string, layers []schema.Layer) {
	for _, l := range layers {
		fmt.Fprintf(b, "%s%s (%s): %s %s\n", indent, l.From, l.Pos, l.Value, l.Because)
	}
}

func TestExplainWhatIsNotThere(t *testing.T) {
	for name, paths := range map[string]map[string]string{
		"explain-values": {
			"vars.paths.al": `vars.paths has no "al"; did you mean "all"? it has: all, root`,
			"vars.pace.a":   `vars.pace has no "a": it is a value by itself`,
		},
		"overlay-verbs": {
			"stop/drian":           `no step "stop/drian"; did you mean "stop/drain"?`,
			"stopp":                `no stage "stopp"; did you mean "stop"?`,
			"stop/drain.timout":    `stop/drain has no "timout"; did you mean "timeout"?`,
			"stop/drain.timeout.x": `stop/drain.timeout has no "x"`,
			"stop/drain/timeout":   `step stop/drain is a nodetool, which is not made of steps; a value of it stands behind a dot: stop/drain.FIELD`,
			"inputs.nams":          `inputs has no "nams"; did you mean "names"?`,
			"finally.rearm":        `finally has no "rearm"`,
			"":                     `no stage ""`,
		},
		"explain-inside": {
			"work/whole/clam":           `no step "work/whole/clam"; did you mean "work/whole/calm"? it has: work/whole/calm, work/whole/show`,
			"work/whole/calm/wiat":      `no step "work/whole/calm/wiat"; did you mean "work/whole/calm/wait"?`,
			"work/whole/calm/wait/x":    `step work/whole/calm/wait is a pause, which is not made of steps`,
			"work/whole.calm.wait":      `calm is a step inside work/whole: name it with a slash, work/whole/calm.wait`,
			"quiet/rest/wait.pause.fro": `has no "fro"; did you mean "for"?`,
		},
	} {
		book, _ := schema.Load(unpack(t, read(t, filepath.Join(corpus, "ok", name+".txtar"))), testKinds(), labSite(t))
		for path, want := range paths {
			_, err := book.Explain(path, nil, nil)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v, want %s", path, err, want)
			}
		}
	}
}

func TestAddresses(t *testing.T) {
	book, _ := schema.Load(unpack(t, read(t, filepath.Join(corpus, "ok", "explain-inside.txtar"))), testKinds(), labSite(t))
	var got []string
	for _, a := range book.Addresses() {
		got = append(got, a.Path)
		if _, err := book.Explain(a.Path, nil, nil); err != nil {
			t.Error(err)
		}
	}
	want := "quiet quiet/rest quiet/rest/said quiet/rest/wait quiet/settle work work/said work/whole " +
		"work/whole/calm work/whole/calm/said work/whole/calm/wait work/whole/show"
	if strings.Join(got, " ") != want {
		t.Errorf("%v", got)
	}
}
