package schema_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/schema"
)

func TestBindInputs(t *testing.T) {
	b, site := book(t, "types.yaml")
	got, ds := b.BindInputs(map[string]string{
		"text": "b", "count": "-4", "wait": "90s", "exits": "[1, 2]", "env": "{B: 3, C: x}",
	}, site)
	want := map[string]any{
		"text": "b", "count": -4, "share": 0.5, "on": true, "wait": 90 * time.Second, "room": 2 << 30,
		"exits": []int{1, 2}, "env": map[string]string{"B": "3", "C": "x"},
	}
	if diff := cmp.Diff(want, must(t, got, ds)); diff != "" {
		t.Error(diff)
	}
}

func TestBindDefaultsFollowTheSite(t *testing.T) {
	b, site := book(t, "restore.yaml")
	for _, tc := range []struct {
		hss, memento bool
		want         []string
	}{
		{false, true, []string{"homestead_provisioning", "homestead_cache", "homer", "memento"}},
		{true, true, []string{"homer", "memento"}},
		{false, false, []string{"homestead_provisioning", "homestead_cache", "homer"}},
		{true, false, []string{"homer"}},
	} {
		site.ExternalHSS, site.Memento = tc.hss, tc.memento
		got, ds := b.BindInputs(map[string]string{"backup": "x"}, site)
		if diff := cmp.Diff(any(tc.want), must(t, got, ds)["keyspaces"]); diff != "" {
			t.Error(diff)
		}
	}
}

func TestBindRefuses(t *testing.T) {
	for _, tc := range []struct {
		book, name, text string
		want             string
	}{
		{"restore.yaml", "", "", "--input backup: TM0501 input \"backup\" is missing\n   add --input backup=STRING\n   Backup id\n"},
		{"restore.yaml", "bakcup", "x", "--input backup: TM0501 input \"backup\" is missing\n   add --input backup=STRING\n   Backup id\n" +
			"--input bakcup: TM0502 runbook restore-vellum has no input \"bakcup\"\n   did you mean \"backup\"? inputs: backup, checks, keyspaces\n"},
		{"types.yaml", "count", "many", "--input count: TM0503 \"many\": a string where a whole number is due\n   write a value of that type\n"},
		{"types.yaml", "wait", "5", "--input wait: TM0503 \"5\" is no duration\n   write a number with its unit: 30s, 5m, 1h30m\n"},
		{"types.yaml", "on", "yes", "--input on: TM0503 \"yes\": a string where a bool is due\n   write true or false\n"},
		{"types.yaml", "text", "c", "--input text: TM0503 \"c\" is not allowed here\n   allowed: a, b\n"},
		{"types.yaml", "exits", "[1, 2", "--input exits: TM0503 \"[1, 2\" is no list: this [ is not closed\n   --input exits=a,b or --input 'exits=[a, b]'\n"},
		{"types.yaml", "exits", "1,x", "--input exits: TM0503 \"1,x\": a string where a whole number is due\n   write a value of that type\n"},
	} {
		b, site := book(t, tc.book)
		given := map[string]string{}
		if tc.name != "" {
			given[tc.name] = tc.text
		}
		_, ds := b.BindInputs(given, site)
		if diff := cmp.Diff(tc.want, ds.Render()); diff != "" {
			t.Errorf("%s=%s: %s", tc.name, tc.text, diff)
		}
	}
}

// A value given on the command line is data: whatever is in it, it is not
// evaluated and reaches the arguments byte for byte.
func TestHostileInputsStayData(t *testing.T) {
	b, site := book(t, "restore.yaml")
	for _, text := range []string{"${{ site.name }}", "$(rm -rf /)", "a\nb", "'\"\\", "null", "0x10", "é\u202e", "", " x ", "{a: b}", "!!int 3", "*a"} {
		e := env(t, b, site, "vellum-1", map[string]string{"backup": text})
		args, ds := step(t, b, "gate").Resolve(e)
		if got := must(t, args, ds).(*checkRestore).Backup; got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestVarsFor(t *testing.T) {
	b, site := book(t, "types.yaml")
	want := map[string]any{"where": "/tmp", "backup_dir": "/var/lib/tidemark/backups", "grace": 30, "rack": "rack1"}
	if diff := cmp.Diff(want, b.VarsFor(site.Node("vellum-1"), site)); diff != "" {
		t.Error(diff)
	}
	delete(want, "rack")
	if diff := cmp.Diff(want, b.VarsFor(nil, site)); diff != "" {
		t.Error(diff)
	}
}

func TestSite(t *testing.T) {
	site := labSite(t)
	if diff := cmp.Diff([]string{"control", "sprout", "vellum"}, site.Groups()); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, n := range site.Select([]string{"sprout", "vellum-2", "vellum"}) {
		got = append(got, n.Name)
	}
	if diff := cmp.Diff([]string{"vellum-1", "vellum-2", "vellum-3", "sprout-1"}, got); diff != "" {
		t.Error(diff)
	}
	want := schema.Node{
		Name: "sprout-1", Address: "10.77.0.15", Groups: []string{"sprout"}, Connection: "ssh", User: "ops", Port: 2222,
		Vars: map[string]any{}, Pos: schema.Pos{File: "site-lab.yaml", Line: 10, Col: 3},
	}
	if diff := cmp.Diff(want, *site.Node("sprout-1")); diff != "" {
		t.Error(diff)
	}
	if n := site.Node("vellum-3"); n.Netns != "signaling" || site.Node("vellum-2").Become != "root" || site.Node("here").Connection != "local" {
		t.Error(n)
	}
}
