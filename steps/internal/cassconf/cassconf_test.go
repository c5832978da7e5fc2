package cassconf_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/internal/cassconf"
)

// node is a test node with some files; its Host reads and asks as a step does.
func node(t *testing.T, files map[string]string) (*engine.Host, *enginetest.Ground) {
	t.Helper()
	g := &enginetest.Ground{Dir: t.TempDir(), Open: map[string]bool{}}
	for name, text := range files {
		path := filepath.Join(g.Dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	v := engine.NewView(&engine.Kind{Name: "test"}, g, engine.NewFacts(nil), "run", "vellum-1")
	return engine.NewHost(v, enginetest.Marks{}), g
}

func TestReadGivesWhatIsWritten(t *testing.T) {
	h, _ := node(t, map[string]string{
		cassconf.DefaultPath: "cluster_name: 'lab'\ndata_file_directories:\n  - /data1/\n  - /data2\ncommitlog_directory: /log\nhints_directory: /hints\n" +
			"saved_caches_directory: /caches\nlisten_address: 10.0.0.1\nrpc_address: 10.0.0.2\nnative_transport_port: 9043\nstorage_port: 7001\n",
		"/etc/cassandra/cassandra-env.sh": "# JMX_PORT=\"1\"\nJMX_PORT=\"7198\"\n",
	})
	got, err := cassconf.Read(h, "")
	want := cassconf.Config{
		ClusterName: "lab", DataDirs: []string{"/data1", "/data2"}, CommitLog: "/log", Hints: "/hints", SavedCaches: "/caches",
		Listen: "10.0.0.1", RPC: "10.0.0.2", NativePort: 9043, StoragePort: 7001, JMXPort: 7198,
	}
	if err != nil || cmp.Diff(want, got) != "" {
		t.Error(err, cmp.Diff(want, got))
	}
	if d := cmp.Diff([]string{"127.0.0.1:7198", "10.0.0.2:9043", "10.0.0.1:7001"}, got.Ports()); d != "" {
		t.Error(d)
	}
}

func TestReadFillsInCassandrasDefaults(t *testing.T) {
	h, _ := node(t, map[string]string{cassconf.DefaultPath: "# empty\n"})
	got, err := cassconf.Read(h, "")
	want := cassconf.Config{
		ClusterName: "Test Cluster", DataDirs: []string{"/var/lib/cassandra/data"}, CommitLog: "/var/lib/cassandra/commitlog",
		Hints: "/var/lib/cassandra/hints", SavedCaches: "/var/lib/cassandra/saved_caches", NativePort: 9042, StoragePort: 7000, JMXPort: 7199,
	}
	if err != nil || cmp.Diff(want, got) != "" {
		t.Error(err, cmp.Diff(want, got))
	}
}

func TestReadRefuses(t *testing.T) {
	for text, words := range map[string]string{
		"- a\n":                              "cassandra.yaml",
		"data_file_directories: /one\n":      "is not a list",
		"data_file_directories: []\n":        "is not a list",
		"data_file_directories: [data]\n":    "not an absolute path",
		"data_file_directories: [{a: b}]\n":  "not an absolute path",
		"commitlog_directory: log\n":         "not an absolute path",
		"hints_directory: [a]\n":             "is not a text",
		"native_transport_port: 99999\n":     "not a port",
		"native_transport_port: '9042'\n":    "not a port",
		"rpc_interface: eth1\n":              "rpc_interface",
		"cluster_name: a\ncluster_name: b\n": "already defined",
	} {
		h, _ := node(t, map[string]string{cassconf.DefaultPath: text})
		if c, err := cassconf.Read(h, ""); err == nil || !strings.Contains(err.Error(), words) || engine.ClassOf(err) != engine.ClassPrecondition {
			t.Errorf("%q: %+v, %v", text, c, err)
		}
	}
	h, _ := node(t, nil)
	if _, err := cassconf.Read(h, ""); engine.ClassOf(err) != engine.ClassPrecondition || engine.NextOf(err) == "" {
		t.Errorf("no file: %v", err)
	}
}

func TestCQLAddress(t *testing.T) {
	for _, c := range []struct{ rpc, listen, want string }{
		{"10.0.0.2", "10.0.0.1", "10.0.0.2:9042"},
		{"0.0.0.0", "10.0.0.1", "10.0.0.1:9042"},
		{"::", "10.0.0.1", "10.0.0.1:9042"},
		{"", "10.0.0.1", "10.0.0.1:9042"},
		{"", "", "127.0.0.1:9042"},
		{"localhost", "10.0.0.1", "localhost:9042"},
		{"fd00::1", "", "[fd00::1]:9042"},
	} {
		if got := (cassconf.Config{RPC: c.rpc, Listen: c.listen, NativePort: 9042}).CQLAddress(); got != c.want {
			t.Errorf("rpc %q, listen %q: %s, want %s", c.rpc, c.listen, got, c.want)
		}
	}
}

const lab = "listen_address: 10.0.0.1\nrpc_address: 10.0.0.1\n"

func TestRunningNeedsEvidence(t *testing.T) {
	daemon := "java\x00-cp\x00x.jar\x00org.apache.cassandra.service.CassandraDaemon\x00"
	for name, c := range map[string]struct {
		open  []string
		files map[string]string
		want  string
	}{
		"serving":                       {[]string{"10.0.0.1:9042", "10.0.0.1:7000", "127.0.0.1:7199"}, nil, cassconf.Runs},
		"nothing there":                 {nil, nil, cassconf.Stopped},
		"drained: storage and JMX":      {[]string{"10.0.0.1:7000", "127.0.0.1:7199"}, nil, cassconf.Unclear},
		"stopping: JMX alone":           {[]string{"127.0.0.1:7199"}, nil, cassconf.Unclear},
		"ports closed, process lives":   {nil, map[string]string{"/proc/4711/cmdline": daemon}, cassconf.Unclear},
		"another program names it":      {nil, map[string]string{"/proc/4711/cmdline": "grep\x00org.apache.cassandra.service.CassandraDaemonX\x00"}, cassconf.Stopped},
		"a process without an own line": {nil, map[string]string{"/proc/4711/cmdline": ""}, cassconf.Stopped},
	} {
		files := map[string]string{cassconf.DefaultPath: lab}
		for k, v := range c.files {
			files[k] = v
		}
		h, g := node(t, files)
		for _, a := range c.open {
			g.Open[a] = true
		}
		if got, err := cassconf.Running(t.Context(), h); err != nil || got != c.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestStandingNamesEverything(t *testing.T) {
	h, g := node(t, map[string]string{cassconf.DefaultPath: lab, "/proc/12/cmdline": "java\x00org.apache.cassandra.service.CassandraDaemon\x00"})
	g.Open["127.0.0.1:7199"] = true
	c, err := cassconf.Read(h, "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Standing(t.Context(), h)
	if err != nil || !slices.Equal(got, []string{"port 127.0.0.1:7199 is open", "process 12 lives"}) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestOwner(t *testing.T) {
	h, g := node(t, map[string]string{"/data/x": ""})
	uid, gid, err := cassconf.Config{DataDirs: []string{"/data"}}.Owner(h)
	if err != nil || uid != os.Getuid() || gid != os.Getgid() {
		t.Errorf("%d:%d, %v", uid, gid, err)
	}
	if os.Getuid() == 0 {
		if err := os.Chown(filepath.Join(g.Dir, "data"), 1234, 4321); err != nil {
			t.Fatal(err)
		}
		if uid, gid, err := (cassconf.Config{DataDirs: []string{"/data"}}).Owner(h); uid != 1234 || gid != 4321 || err != nil {
			t.Errorf("%d:%d, %v", uid, gid, err)
		}
	}
	for _, c := range []cassconf.Config{{}, {DataDirs: []string{"/nosuch"}}} {
		if _, _, err := c.Owner(h); err == nil {
			t.Errorf("%v has an owner", c.DataDirs)
		}
	}
}
