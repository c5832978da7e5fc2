package files

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/schema"
)

// wish is who shall own an entry and with what mode.
type wish struct {
	owner, group string
	uid, gid     int         // -1 leaves it
	euid         int         // who asks
	mode         schema.Mode // 0 leaves it
	tree         bool        // directories get x wherever the mode has r, as chmod's X
}

func newWish(a engine.Asker, owner, group string, mode schema.Mode) (wish, error) {
	uid, err := userID(a, owner)
	if err != nil {
		return wish{}, err
	}
	gid, err := groupID(a, group)
	return wish{owner: owner, group: group, uid: uid, gid: gid, euid: os.Geteuid(), mode: mode}, err
}

// needsRoot refuses what the system grants to root alone: to give an entry of owner uid to somebody else.
func (w wish) needsRoot(p string, uid uint32) error {
	if w.euid == 0 || w.uid < 0 || uint32(w.uid) == uid {
		return nil
	}
	return refuse("let the step run as root (become: root for the node), or leave the owner out", "%s: only root can give it to %s", show(p), id(w.uid, w.owner))
}

// none tells that nothing is wished.
func (w wish) none() bool { return w.uid < 0 && w.gid < 0 && w.mode == 0 }

// text says the wish: "owner cassandra, group 110, mode 0750".
func (w wish) text() string {
	var out string
	add := func(what, value string) {
		if value != "" {
			out += ", " + what + " " + value
		}
	}
	add("owner", w.owner)
	add("group", w.group)
	if w.mode != 0 {
		add("mode", w.mode.String())
	}
	return out[min(len(out), 2):]
}

func (w wish) modeFor(e entry) uint32 {
	m := uint32(w.mode)
	if w.tree && e.kind == directory {
		m |= m & 0o444 >> 2
	}
	return m
}

// differences says what of e is not as wished, each as "owner 0 → 998 (cassandra)".
func (w wish) differences(e entry) []string {
	var out []string
	if w.otherOwner(e) {
		out = append(out, fmt.Sprintf("owner %d → %s", e.uid, id(w.uid, w.owner)))
	}
	if w.otherGroup(e) {
		out = append(out, fmt.Sprintf("group %d → %s", e.gid, id(w.gid, w.group)))
	}
	if w.otherMode(e) {
		out = append(out, fmt.Sprintf("mode %04o → %04o", e.mode, w.modeFor(e)))
	}
	return out
}

func id(n int, name string) string {
	if number := strconv.Itoa(n); number != name {
		return number + " (" + name + ")"
	}
	return name
}

func (w wish) otherOwner(e entry) bool { return w.uid >= 0 && e.uid != uint32(w.uid) }

func (w wish) otherGroup(e entry) bool { return w.gid >= 0 && e.gid != uint32(w.gid) }

// otherMode: a symlink has no mode of its own.
func (w wish) otherMode(e entry) bool {
	return w.mode != 0 && e.kind != symlink && e.mode != w.modeFor(e)
}

// grant makes the entry behind the handle as wished: the owner first, since that clears setuid and setgid.
func (w wish) grant(f *os.File, e entry) error {
	owned := w.otherOwner(e) || w.otherGroup(e)
	if owned {
		if err := unix.Fchownat(int(f.Fd()), "", w.uid, w.gid, unix.AT_EMPTY_PATH); err != nil {
			return err
		}
	}
	if w.otherMode(e) || (owned && w.mode != 0 && e.kind != symlink) {
		// A handle made with O_PATH takes no fchmod; its name in /proc leads to the very inode, never elsewhere.
		return unix.Chmod(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), w.modeFor(e))
	}
	return nil
}
