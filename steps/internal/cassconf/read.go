package cassconf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"tidemark/engine"
	"tidemark/schema"
)

// Cassandra's defaults, as its packages set them up.
const (
	storageDir         = "/var/lib/cassandra"
	defaultNativePort  = 9042
	defaultStoragePort = 7000
	defaultJMXPort     = 7199
)

// Read reads the file at path on the node; "" is DefaultPath. The JMX port, which is no key of that file, comes
// from cassandra-env.sh beside it.
func Read(a engine.Asker, path string) (Config, error) {
	if path == "" {
		path = DefaultPath
	}
	data, err := os.ReadFile(a.Path(path))
	if err != nil {
		return Config{}, absent(path, err)
	}
	keys, err := schema.Plain(data)
	if err != nil {
		return Config{}, engine.Failf(engine.ClassPrecondition, "%s: %w", path, err)
	}
	r := reader{path: path, keys: keys}
	c := r.config()
	if r.err != nil {
		return Config{}, r.err
	}
	c.JMXPort, err = jmxPort(a, filepath.Join(filepath.Dir(path), "cassandra-env.sh"))
	return c, err
}

func absent(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: no such file", path),
			"install Cassandra on this node, or take the node out of the group")
	}
	return engine.Fail(engine.ClassIO, err)
}

// reader takes values out of the file and keeps the first that has a wrong shape.
type reader struct {
	path string
	keys map[string]any
	err  error
}

func (r *reader) config() Config {
	if r.keys["rpc_interface"] != nil && r.keys["rpc_address"] == nil {
		r.refuse("rpc_interface", "is set instead of rpc_address, the address to ask cannot be known")
	}
	return Config{
		ClusterName: r.text("cluster_name", "Test Cluster"),
		DataDirs:    r.dirs("data_file_directories", storageDir+"/data"),
		CommitLog:   r.dir("commitlog_directory", storageDir+"/commitlog"),
		Hints:       r.dir("hints_directory", storageDir+"/hints"),
		SavedCaches: r.dir("saved_caches_directory", storageDir+"/saved_caches"),
		Listen:      r.text("listen_address", ""),
		RPC:         r.text("rpc_address", ""),
		NativePort:  r.port("native_transport_port", defaultNativePort),
		StoragePort: r.port("storage_port", defaultStoragePort),
	}
}

func (r *reader) refuse(key, what string) {
	if r.err == nil {
		r.err = engine.Failf(engine.ClassPrecondition, "%s: %s %s", r.path, key, what)
	}
}

func (r *reader) text(key, missing string) string {
	switch v := r.keys[key].(type) {
	case nil:
		return missing
	case string:
		return v
	case int, int64, float64, bool:
		return fmt.Sprint(v) // a cluster may be called 1
	default:
		r.refuse(key, "is not a text")
		return ""
	}
}

func (r *reader) dir(key, missing string) string {
	d := r.text(key, missing)
	if !filepath.IsAbs(d) {
		r.refuse(key, fmt.Sprintf("is %q, not an absolute path", d))
	}
	return filepath.Clean(d)
}

func (r *reader) dirs(key, missing string) []string {
	if r.keys[key] == nil {
		return []string{missing}
	}
	list, ok := r.keys[key].([]any)
	if !ok || len(list) == 0 {
		r.refuse(key, "is not a list of directories")
	}
	var out []string
	for _, v := range list {
		d, _ := v.(string)
		if !filepath.IsAbs(d) {
			r.refuse(key, fmt.Sprintf("holds %v, not an absolute path", v))
		}
		out = append(out, filepath.Clean(d))
	}
	return out
}

func (r *reader) port(key string, missing int) int {
	switch v := r.keys[key].(type) {
	case nil:
		return missing
	case int:
		if v > 0 && v < 1<<16 {
			return v
		}
	}
	r.refuse(key, fmt.Sprintf("is %v, not a port", r.keys[key]))
	return 0
}

// jmxPort finds JMX_PORT="7199" in cassandra-env.sh; a node without that file uses the default.
func jmxPort(a engine.Asker, path string) (int, error) {
	data, err := os.ReadFile(a.Path(path))
	if errors.Is(err, fs.ErrNotExist) {
		return defaultJMXPort, nil
	}
	if err != nil {
		return 0, engine.Fail(engine.ClassIO, err)
	}
	m := regexp.MustCompile(`(?m)^\s*JMX_PORT=["']?(\d{1,5})["']?\s*(?:#.*)?$`).FindSubmatch(data)
	if m == nil {
		return defaultJMXPort, nil
	}
	return strconv.Atoi(string(m[1]))
}
