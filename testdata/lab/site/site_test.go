package site

import (
	"strings"
	"testing"
)

func lab() *Lab {
	return &Lab{
		Prefix: "tml", Subnet: "10.77.0", Cassandra: "5.0.8", Dir: "/d", DiskGB: 1,
		Nodes: []string{"ellis-1", "vellum-1", "vellum-2", "vellum-3", "sprout-1"},
	}
}

const wantSite = `site: lab
ssh: {config: /d/ssh_config}
external_hss: false
memento: true
vars: {backup_dir: /var/lib/tidemark/backups}
nodes:
  ellis-1:  {address: 10.77.0.11, groups: [ellis]}
  vellum-1: {address: 10.77.0.12, groups: [vellum]}
  vellum-2: {address: 10.77.0.13, groups: [vellum], become: root}
  vellum-3: {address: 10.77.0.14, groups: [vellum], netns: signaling}
  sprout-1: {address: 10.77.0.15, groups: [sprout]}
  here:     {connection: local, groups: [control]}
`

func TestSiteYAML(t *testing.T) {
	if got := lab().SiteYAML(); got != wantSite {
		t.Errorf("got\n%s", got)
	}
}

func TestSSHConfigNeverTurnsHostKeysOff(t *testing.T) {
	text := lab().SSHConfig()
	for _, want := range []string{"Host vellum-2 10.77.0.13\n  HostName 10.77.0.13\n  User ops\n", "StrictHostKeyChecking yes\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestCheckNamesEachMistake(t *testing.T) {
	l := lab()
	l.Prefix, l.Subnet, l.Cassandra, l.Dir, l.Nodes = "much-too-long", "10.77", "3.11", "d", []string{"vellum-9"}
	err := l.Check()
	for _, want := range []string{"prefix", "subnet", "cassandra", "dir", `node "vellum-9"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("nothing about %s in %v", want, err)
		}
	}
	if err := lab().Check(); err != nil {
		t.Errorf("the default lab: %v", err)
	}
}
