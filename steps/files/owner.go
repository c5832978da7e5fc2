package files

import (
	"bufio"
	"errors"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"

	"tidemark/engine"
)

// userID is the number of a user in the node's /etc/passwd, or the number itself; -1 leaves the owner as it is.
func userID(a engine.Asker, name string) (int, error) { return idOf(a, "/etc/passwd", "user", name) }

// groupID is the same of a group in /etc/group.
func groupID(a engine.Asker, name string) (int, error) { return idOf(a, "/etc/group", "group", name) }

func idOf(a engine.Asker, list, what, name string) (int, error) {
	if name == "" {
		return -1, nil
	}
	id, found, err := listed(a.Path(list), name)
	if err != nil {
		return 0, failed(list, err)
	}
	if !found {
		id = name
	}
	// The highest number means "leave it" to the system, so it cannot be anybody's.
	n, err := strconv.ParseUint(id, 10, 32)
	if err != nil || n == math.MaxUint32 {
		return 0, refuse("create the "+what+" on the node, or write its number", "%s %s is not in %s", what, show(name), list)
	}
	return int(n), nil
}

// listed finds the third field of the line that begins with name.
func listed(list, name string) (id string, found bool, err error) {
	f, err := os.Open(list)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if fields := strings.Split(lines.Text(), ":"); len(fields) > 2 && fields[0] == name {
			return fields[2], true, nil
		}
	}
	return "", false, lines.Err()
}
