package cassandra

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// readOwn reads the record name of a run, `<data dir>/../tidemark/<run>/<name>` beside the first data directory, into
// record; most is the newest format that this build reads. there is false without an error if there is none.
func readOwn(a engine.Asker, dataDirs []string, run, name string, most int, record any) (there bool, err error) {
	path := filepath.Join(home(dataDirs, run), name)
	data, err := os.ReadFile(a.Path(path))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR) {
		return false, nil // not there; or somebody's file lies among the directories of the runs
	}
	if err != nil {
		return false, engine.Fail(engine.ClassIO, err)
	}
	var written struct {
		Format int `json:"format"`
	}
	if err = json.Unmarshal(data, record); err == nil {
		err = json.Unmarshal(data, &written)
	}
	if err != nil {
		return false, engine.Failf(engine.ClassPrecondition, "%s is damaged: %w", path, err)
	}
	if written.Format < 1 || written.Format > most {
		return false, engine.Failf(engine.ClassPrecondition, "%s has format %d, this build reads 1 to %d", path, written.Format, most)
	}
	return true, nil
}

// writeOwn is the other way round, durably.
func writeOwn(h hand, a engine.Asker, dataDirs []string, run, name string, record any) error {
	data, err := json.MarshalIndent(record, "", " ")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	dir := a.Path(home(dataDirs, run))
	if err := h.own(dir); err != nil {
		return err
	}
	return h.write(filepath.Join(dir, name), append(data, '\n'), owner{os.Getuid(), os.Getgid(), 0o600})
}
