package site

import (
	"fmt"
	"strings"
)

// SSHConfig is the ssh_config by which every host is reached, by name and by
// address, host keys checked.
func (l *Lab) SSHConfig() string {
	var b strings.Builder
	for _, h := range l.Hosts() {
		fmt.Fprintf(&b, "Host %s %s\n  HostName %s\n  User %s\n", h.Name, h.Address, h.Address, h.Login)
	}
	fmt.Fprintf(&b, "Host *\n  IdentityFile %[1]s/id_ed25519\n  IdentitiesOnly yes\n"+
		"  UserKnownHostsFile %[1]s/known_hosts\n  GlobalKnownHostsFile none\n"+
		"  StrictHostKeyChecking yes\n  UpdateHostKeys no\n  PreferredAuthentications publickey\n", l.Dir)
	return b.String()
}

// KnownHosts lists the hosts' public keys; keys holds them by host name.
func (l *Lab) KnownHosts(keys map[string]string) string {
	var b strings.Builder
	for _, h := range l.Hosts() {
		fields := strings.Fields(keys[h.Name])
		if len(fields) >= 2 {
			fmt.Fprintf(&b, "%s,%s %s %s\n", h.Name, h.Address, fields[0], fields[1])
		}
	}
	return b.String()
}

// SiteYAML is the lab as a site of tidemark.
func (l *Lab) SiteYAML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "site: lab\nssh: {config: %s/ssh_config}\nexternal_hss: false\nmemento: true\n"+
		"vars: {backup_dir: /var/lib/tidemark/backups}\nnodes:\n", l.Dir)
	for _, h := range l.Hosts() {
		extra := ""
		if h.Login != "root" {
			extra += ", become: root"
		}
		if h.Signaling {
			extra += ", netns: " + Signaling
		}
		fmt.Fprintf(&b, "  %-9s {address: %s, groups: [%s]%s}\n", h.Name+":", h.Address, h.Group, extra)
	}
	b.WriteString("  here:     {connection: local, groups: [control]}\n")
	return b.String()
}

// EtcHosts is the hosts' own /etc/hosts.
func (l *Lab) EtcHosts() string {
	var b strings.Builder
	fmt.Fprintf(&b, "127.0.0.1 localhost\n%s controller\n", l.Controller())
	for _, h := range l.Hosts() {
		fmt.Fprintf(&b, "%s %s\n", h.Address, h.Name)
	}
	return b.String()
}
