package host

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tidemark/testdata/lab/cassandra"
	"tidemark/testdata/lab/site"
)

//go:embed files
var embedded embed.FS

// File is one file that a host has of its own from the start.
type File struct {
	Path string
	Mode os.FileMode
	Text string
}

// files returns what the host gets before its first services start.  It reads
// the keys from the lab's directory, so it is asked before the host has its
// own root.
func files(lab *site.Lab, h site.Host) ([]File, error) {
	public, err := os.ReadFile(filepath.Join(lab.Dir, "id_ed25519.pub"))
	if err != nil {
		return nil, err
	}
	hostKey, err := os.ReadFile(filepath.Join(h.Dir, "ssh_host_ed25519_key"))
	if err != nil {
		return nil, err
	}
	files := append(basics(lab, h), []File{
		{"/etc/ssh/ssh_host_ed25519_key", 0o600, string(hostKey)},
		{"/root/.ssh/authorized_keys", 0o600, string(public)},
		{"/home/ops/.ssh/authorized_keys", 0o600, string(public)},
	}...)
	if h.Group == "vellum" {
		files = append(files, vellum(lab, h)...)
	}
	return files, nil
}

func basics(lab *site.Lab, h site.Host) []File {
	root := "prohibit-password"
	if h.Login != "root" {
		root = "no\nAllowUsers " + h.Login
	}
	return []File{
		{"/etc/hosts", 0o644, lab.EtcHosts()},
		{"/etc/hostname", 0o644, h.Name + "\n"},
		{"/etc/resolv.conf", 0o644, ""},
		{"/etc/ssh/sshd_config.d/lab.conf", 0o644, "HostKey /etc/ssh/ssh_host_ed25519_key\nPermitRootLogin " + root + "\n"},
		{"/etc/sudoers.d/lab", 0o440, "ops ALL=(ALL) NOPASSWD: ALL\n"},
		{"/etc/lab/env", 0o644, environmentFile(lab, h)},
		shipped("/etc/lab/rc", 0o755, "rc"),
		shipped("/etc/lab/first-start", 0o755, "first-start"),
		{"/etc/clearwater/config", 0o644, clearwaterConfig(h)},
	}
}

func environmentFile(lab *site.Lab, h site.Host) string {
	return fmt.Sprintf("GROUP=%s\nJARS=%s\nCASSANDRA=%s\nNETNS=\"%s\"\n",
		h.Group, lab.Jars(), h.Cassandra, strings.Join(h.InCassandraNetns(), " "))
}

func clearwaterConfig(h site.Host) string {
	text := "local_ip=" + h.Address + "\n"
	if h.Signaling {
		text = "local_ip=" + h.Cassandra + "\nmanagement_local_ip=" + h.Address + "\nsignaling_namespace=" + site.Signaling + "\n"
	}
	return text + "etcd_key=clearwater\nlocal_site_name=site1\n"
}

func vellum(lab *site.Lab, h site.Host) []File {
	prefix := strings.Join(h.InCassandraNetns(""), " ")
	if h.Signaling {
		prefix = "/usr/sbin/" + prefix
	}
	checks := strings.ReplaceAll(shipped("", 0, "cassandra.monit").Text, "@NETNS@", prefix)
	return []File{
		{"/etc/cassandra/cassandra.yaml", 0o644, cassandraConfig(lab, h)},
		{"/etc/cassandra/cassandra-rackdc.properties", 0o644, "dc=site1\nrack=rack1\n"},
		{"/etc/monit/conf.d/cassandra.monit", 0o600, checks},
		shipped("/etc/monit/monitrc", 0o600, "monitrc"),
		shipped("/etc/init.d/cassandra", 0o755, "cassandra.init"),
		shipped("/usr/bin/nodetool", 0o755, "nodetool"),
		shipped("/usr/bin/sstableloader", 0o755, "sstableloader"),
		shipped("/usr/bin/cw-run_in_signaling_namespace", 0o755, "cw-run_in_signaling_namespace"),
		shipped("/usr/lib/lab/monit-wrapper", 0o755, "monit"),
		shipped("/usr/share/clearwater/bin/poll_cassandra.sh", 0o755, "poll_cassandra.sh"),
		shipped("/usr/share/clearwater/bin/poll_cqlsh.sh", 0o755, "poll_cqlsh.sh"),
	}
}

func cassandraConfig(lab *site.Lab, h site.Host) string {
	vellums := lab.Vellums()
	tokens := cassandra.Tokens(lab.Seed, len(vellums))
	node := cassandra.Node{Version: lab.Cassandra, Address: h.Cassandra}
	for i, v := range vellums {
		node.Seeds = append(node.Seeds, v.Cassandra)
		if v.Name == h.Name {
			node.Tokens = tokens[i]
		}
	}
	return cassandra.Config(node)
}

func shipped(path string, mode os.FileMode, name string) File {
	text, err := embedded.ReadFile("files/" + name)
	if err != nil {
		panic(err) // compiled in: a wrong name is a mistake in this file
	}
	return File{path, mode, string(text)}
}

const provisioned = "/etc/lab/provisioned"

// provision writes the files and runs first-start, once in a host's life.
func provision(files []File, run func(argv ...string) error) error {
	if _, err := os.Stat(provisioned); err == nil {
		return nil
	}
	for _, f := range files {
		if err := writeFile(f); err != nil {
			return err
		}
	}
	if err := run("/etc/lab/first-start"); err != nil {
		return err
	}
	return os.WriteFile(provisioned, nil, 0o644)
}

func writeFile(f File) error {
	dir := filepath.Dir(f.Path)
	mode := os.FileMode(0o755)
	if filepath.Base(dir) == ".ssh" {
		mode = 0o700
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return err
	}
	// A name of the machine's may be a link or hold another mode: begin afresh.
	if err := os.RemoveAll(f.Path); err != nil {
		return err
	}
	if err := os.WriteFile(f.Path, []byte(f.Text), f.Mode); err != nil {
		return err
	}
	return os.Chmod(f.Path, f.Mode)
}
