package agent

import (
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// TestOnlyRootBecomesAnother: the plan says so before a run meets it. Somebody else is this thread alone, which ends with the test.
func TestOnlyRootBecomesAnother(t *testing.T) {
	kinds, err := engine.NewKinds(engine.Kind{Name: "once", Doc: "Test kind.", Example: "once: {}", Redo: engine.Checked, New: func() engine.Step { return &once{} }})
	if err != nil {
		t.Fatal(err)
	}
	refused := func(user string) string {
		r := engine.PlanRequest{Items: []engine.PlanItem{{Task: "s/x@n1", Kind: "once", Args: []byte("{}"), User: user}}}
		return PlanTasks(t.Context(), kinds, &Machine{}, "/nonexistent", r).Planned[0].Error
	}
	runtime.LockOSThread()
	if os.Geteuid() == 0 {
		if why := refused("nobody"); why != "" {
			t.Errorf("root: %s", why)
		}
		if _, _, err := unix.RawSyscall(unix.SYS_SETRESUID, ^uintptr(0), 65534, ^uintptr(0)); err != 0 {
			t.Fatal(err)
		}
		if why := refused("nobody"); why != "" {
			t.Errorf("nobody as nobody: %s", why)
		}
	}
	if why := refused("root"); why != "only root can run it as user root" {
		t.Errorf("not root: %q", why)
	}
	if why := refused(""); why != "" {
		t.Errorf("as itself: %s", why)
	}
}
