package schema_test

import (
	"cmp"
	"slices"
	"time"

	"tidemark/schema"
)

// testKinds is a small list that has every argument type of the language.
func testKinds() []schema.Kind {
	return []schema.Kind{
		{Name: "check-restore", Redo: "pure", Gate: true, Args: checkRestore{}, Out: gateOut{}},
		{Name: "restore-keyspace", Redo: "checked", Args: restoreKeyspace{}, Out: restoreOut{}},
		{Name: "monit", Redo: "checked", Args: monit{}},
		{Name: "nodetool", Redo: "idempotent", Args: nodetool{}},
		{Name: "mkdir", Redo: "idempotent", Args: mkdir{}},
		{Name: "pause", Redo: "pure", Args: pause{}},
		{Name: "assert", Redo: "pure", Gate: true, Args: assert{}},
		{Name: "confirm", Redo: "pure", Gate: true, OnController: true, Args: confirm{}, Out: confirmOut{}},
		{Name: "wipe", Redo: "idempotent", Destroys: true},
		{Name: "run", Redo: "manual", RedoOf: func(args any) string { return args.(*run).rule() }, DestroysIf: func(args any, late []string) bool { return args.(*run).Destroys || slices.Contains(late, "destroys") }, Args: run{}, Out: runOut{}},
		{Name: "prune", Redo: "checked", Args: prune{}},
		{Name: "noop", Redo: "pure"},
	}
}

type checkRestore struct {
	Backup    string   `json:"backup" required:"true" help:"backup id"`
	Keyspaces []string `json:"keyspaces" required:"true"`
	Depth     string   `json:"depth" default:"quick" enum:"quick,full"`
}

type gateOut struct {
	OK      bool             `json:"ok"`
	Need    schema.Size      `json:"need"`
	Took    time.Duration    `json:"took"`
	Tables  map[string]int64 `json:"tables"`
	Sources []source         `json:"sources"`
}

type source struct {
	Keyspace string `json:"keyspace"`
	Files    int    `json:"files"`
}

type restoreKeyspace struct {
	Keyspace string `json:"keyspace" required:"true" help:"name of the keyspace"`
	Backup   string `json:"backup" required:"true"`
}

type restoreOut struct {
	Rows int64 `json:"rows"`
}

type monit struct {
	Action  string `json:"action" required:"true" enum:"start,stop,monitor,unmonitor"`
	Service string `json:"service"`
	Group   string `json:"group"`
}

func (m *monit) Check() error {
	if (m.Service == "") == (m.Group == "") {
		return schema.WrongArgs([]string{"group", "service", "action"}, "monit takes a service or a group")
	}
	return nil
}

type nodetool struct {
	Command string `json:"command" short:"true" required:"true" enum:"drain,info,status"`
}

type mkdir struct {
	Path string      `json:"path" required:"true"`
	Mode schema.Mode `json:"mode" default:"0755"`
}

type pause struct {
	For time.Duration `json:"for" lasts:"true" short:"true" required:"true"`
}

type assert struct {
	That    schema.Cond `json:"that" short:"true" required:"true"`
	Message string      `json:"message"`
}

type confirm struct {
	Text string `json:"text" short:"true" default:"go on?"`
}

type confirmOut struct {
	By string `json:"by"`
}

type run struct {
	Argv   []string                 `json:"argv" short:"true" required:"true"`
	Env    map[string]schema.Sealed `json:"env"`
	Stdin  schema.Sealed            `json:"stdin"`
	Exits  []int                    `json:"exits" default:"0"`
	Nice   int                      `json:"nice"`
	Factor float64                  `json:"factor" default:"1.5"`
	Limit  schema.Size              `json:"limit" default:"1GiB"`
	Shell  bool                     `json:"shell"`
	Extra  any                      `json:"extra"`
	Redo   string                   `json:"redo" enum:"idempotent,manual"`

	Destroys bool `json:"destroys"`
}

func (r *run) rule() string { return cmp.Or(r.Redo, "manual") }

type runOut struct {
	Lines []string       `json:"lines"`
	Exit  int            `json:"exit"`
	Data  map[string]any `json:"data"`
}

type prune struct {
	Keep  keep   `json:"keep" required:"true"`
	Rules []rule `json:"rules"`
}

type keep struct {
	Last int `json:"last" default:"4"`
}

type rule struct {
	Path string        `json:"path" required:"true"`
	Age  time.Duration `json:"age"`
}
