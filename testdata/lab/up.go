package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"tidemark/testdata/lab/cluster"
	"tidemark/testdata/lab/command"
	"tidemark/testdata/lab/host"
	"tidemark/testdata/lab/network"
	"tidemark/testdata/lab/site"
)

func up(c *call) error {
	began := time.Now()
	if err := installed(c.lab); err != nil {
		return err
	}
	unlock, err := lock(c.lab)
	if err != nil {
		return err
	}
	defer unlock()
	for _, step := range []struct {
		title string
		do    func(*call) error
	}{
		{"keys and addresses", describe},
		{"network", func(c *call) error { return network.Up(c.lab) }},
		{"hosts", bootAll},
		{"ssh", waitSSH},
		{"Cassandra", waitCassandra},
		{"schema", applySchema},
	} {
		c.say("%5.1f s  %s", time.Since(began).Seconds(), step.title)
		if err := step.do(c); err != nil {
			return fmt.Errorf("%s: %w", step.title, err)
		}
	}
	c.say("%5.1f s  up: ssh -F %s/ssh_config vellum-1", time.Since(began).Seconds(), c.lab.Dir)
	return nil
}

func (c *call) say(format string, args ...any) {
	fmt.Fprintf(c.stderr, "lab: "+format+"\n", args...)
}

func installed(lab *site.Lab) error {
	advice := "run testdata/lab/install.sh " + lab.Cassandra
	if !exists(lab.Jars() + "/archives.complete") {
		return fmt.Errorf("Cassandra %s is not on this machine: %s", lab.Cassandra, advice) //nolint:staticcheck // a name
	}
	for _, tool := range []string{"/usr/sbin/sshd", "/usr/bin/monit", "sudo", "java", "mkfs.ext4", "losetup", "ip", "nsenter", "ssh-keygen"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is not on this machine: %s", tool, advice)
		}
	}
	return nil
}

// lock keeps two commands from building the same lab at once.
func lock(lab *site.Lab) (func(), error) {
	if err := os.MkdirAll(lab.Dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(lab.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil
}

// describe writes what the lab is and how to reach it.
func describe(c *call) error {
	lab := c.lab
	if err := lab.Save(); err != nil {
		return err
	}
	if err := makeKey(filepath.Join(lab.Dir, "id_ed25519"), "lab"); err != nil {
		return err
	}
	keys := map[string]string{}
	for _, h := range lab.Hosts() {
		path := filepath.Join(h.Dir, "ssh_host_ed25519_key")
		if err := makeKey(path, h.Name); err != nil {
			return err
		}
		public, err := os.ReadFile(path + ".pub")
		if err != nil {
			return err
		}
		keys[h.Name] = string(public)
	}
	return writeAll(lab.Dir, map[string]string{
		"ssh_config": lab.SSHConfig(), "known_hosts": lab.KnownHosts(keys), "site.yaml": lab.SiteYAML(),
	})
}

func makeKey(path, comment string) error {
	if exists(path) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	_, err := command.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path)
	return err
}

func writeAll(dir string, files map[string]string) error {
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func bootAll(c *call) error {
	for _, h := range c.lab.Hosts() {
		if err := host.Start(c.lab, h); err != nil {
			return err
		}
	}
	return nil
}

func waitSSH(c *call) error {
	for _, h := range c.lab.Hosts() {
		if err := cluster.WaitSSH(h, 20*time.Second); err != nil {
			return fmt.Errorf("%w; its console: %s/console.log", err, h.Dir)
		}
	}
	return nil
}

func waitCassandra(c *call) error { return cluster.Wait(c.lab, 3*time.Minute, c.say) }

func applySchema(c *call) error {
	if c.flags.noSchema || len(c.lab.Vellums()) == 0 {
		return nil
	}
	return cluster.ApplySchema(c.lab, c.say)
}
