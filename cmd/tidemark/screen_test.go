package main

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// A serial console tells its columns and no lines: the board must not draw wider than it is.
func TestScreen(t *testing.T) {
	f, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for given, want := range map[[2]uint16][2]int{{40, 0}: {40, 24}, {0, 50}: {80, 50}, {0, 0}: {80, 24}, {132, 43}: {132, 43}} {
		if err := unix.IoctlSetWinsize(int(f.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: given[0], Row: given[1]}); err != nil {
			t.Fatal(err)
		}
		if w, h := screen(f); w != want[0] || h != want[1] {
			t.Errorf("%v: %d×%d, want %v", given, w, h, want)
		}
	}
}
