package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"tidemark/testdata/lab/cluster"
	"tidemark/testdata/lab/host"
	"tidemark/testdata/lab/site"
)

func execute(c *call) error {
	h, argv, err := c.hostAndCommand()
	if err != nil {
		return err
	}
	if len(argv) == 0 {
		argv = []string{"/bin/bash", "-l"}
	}
	cmd, err := host.Exec(h, argv...)
	if err != nil {
		return err
	}
	return c.attached(cmd)
}

func secureShell(c *call) error {
	h, argv, err := c.hostAndCommand()
	if err != nil {
		return err
	}
	args := append([]string{"-F", filepath.Join(c.lab.Dir, "ssh_config"), h.Name}, argv...)
	return c.attached(exec.Command("ssh", args...))
}

func (c *call) attached(cmd *exec.Cmd) error {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, c.stdout, c.stderr
	return cmd.Run()
}

func (c *call) hostAndCommand() (site.Host, []string, error) {
	if len(c.args) == 0 {
		return site.Host{}, nil, errUsage
	}
	h, err := c.lab.Host(c.args[0])
	argv := c.args[1:]
	if len(argv) > 0 && argv[0] == "--" {
		argv = argv[1:]
	}
	return h, argv, err
}

// state is what status says about one host.
type state struct {
	Host      string `json:"host"`
	Address   string `json:"address"`
	Login     string `json:"login"`
	PID       int    `json:"pid"`
	SSH       bool   `json:"ssh"`
	Cassandra string `json:"cassandra,omitempty"`
	CQL       bool   `json:"cql"`
}

func status(c *call) error {
	var all []state
	for _, h := range c.lab.Hosts() {
		s := state{Host: h.Name, Address: h.Address, Login: h.Login, PID: host.PID(h), Cassandra: h.Cassandra}
		if s.PID != 0 {
			s.SSH = cluster.SSH(h) == nil
			s.CQL = h.Cassandra != "" && cluster.CQL(h) == nil
		}
		all = append(all, s)
	}
	if c.flags.output == "json" {
		return json.NewEncoder(c.stdout).Encode(all)
	}
	fmt.Fprintf(c.stdout, "%-9s %-13s %-5s %7s %-4s %-13s %s\n", "HOST", "ADDRESS", "LOGIN", "PID", "SSH", "CASSANDRA", "CQL")
	for _, s := range all {
		fmt.Fprintf(c.stdout, "%-9s %-13s %-5s %7d %-4s %-13s %s\n",
			s.Host, s.Address, s.Login, s.PID, yes(s.SSH), s.Cassandra, yes(s.CQL))
	}
	return nil
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "-"
}
