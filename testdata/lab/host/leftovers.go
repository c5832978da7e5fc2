package host

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tidemark/testdata/lab/command"
	"tidemark/testdata/lab/site"
)

// Released waits until no loop device holds a disk of the lab.
func Released(lab *site.Lab) error {
	for _, h := range lab.Hosts() {
		if err := diskFree(h); err != nil {
			return err
		}
	}
	return nil
}

// Leftovers names the lab's mounts, loop devices, processes and files that
// still exist.
func Leftovers(lab *site.Lab) []string {
	left := matching("mount", "/proc/self/mountinfo", lab.Dir+"/")
	if devices, err := command.Run("losetup", "-a"); err == nil {
		for line := range strings.Lines(devices) {
			if strings.Contains(line, "("+lab.Dir+"/") {
				left = append(left, "loop device "+strings.TrimSpace(line))
			}
		}
	}
	left = append(left, processes(lab)...)
	if _, err := os.Lstat(lab.Dir); err == nil {
		left = append(left, "directory "+lab.Dir)
	}
	return left
}

func matching(what, file, text string) []string {
	var found []string
	content, _ := os.ReadFile(file)
	for line := range strings.Lines(string(content)) {
		if strings.Contains(line, text) {
			found = append(found, what+" "+strings.TrimSpace(line))
		}
	}
	return found
}

// processes looks for pid 1s of the lab by their command line, and for what
// lives on in a network namespace that has lost its name but not its user.
func processes(lab *site.Lab) []string {
	var found []string
	mine := "\x00" + InitVerb + "\x00" + lab.Dir + "\x00"
	names, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(text), mine) {
			continue
		}
		pid := filepath.Base(filepath.Dir(name))
		if !gone(pid) {
			found = append(found, fmt.Sprintf("process %s: %s", pid, strings.ReplaceAll(string(text), "\x00", " ")))
		}
	}
	return found
}

// gone waits a moment for a process that is just ending.
func gone(pid string) bool {
	for range 20 {
		if _, err := os.Stat("/proc/" + pid); err != nil {
			return true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}
