package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// row is one line of the table.
type row struct{ what, measured, peer, ratio, limit, verdict string }

// most adds a row whose value may be at most limit times the peer's.
func (b *bench) most(what string, ours, theirs time.Duration, peer string, limit float64) {
	ratio := ours.Seconds() / theirs.Seconds()
	b.add(row{what, seconds(ours), seconds(theirs) + " " + peer, fmt.Sprintf("%.2f×", ratio), fmt.Sprintf("≤ %g×", limit), verdict(ratio <= limit)})
}

// beside adds a row that nothing is asked of.
func (b *bench) beside(what string, ours, theirs time.Duration, peer string) {
	b.add(row{what, seconds(ours), seconds(theirs) + " " + peer, fmt.Sprintf("%.2f×", ours.Seconds()/theirs.Seconds()), "", ""})
}

// faster adds a row that must be at least limit times as fast as the peer.
func (b *bench) faster(what string, ours, theirs time.Duration, peer string, limit float64) {
	ratio := theirs.Seconds() / ours.Seconds()
	b.add(row{what, seconds(ours), seconds(theirs) + " " + peer, fmt.Sprintf("%.1f× faster", ratio), fmt.Sprintf("≥ %g× faster", limit), verdict(ratio >= limit)})
}

// size adds a row in MB that may be at most limit.
func (b *bench) atMost(what string, bytes int64, limit float64) {
	mb := float64(bytes) / 1e6
	b.add(row{what, fmt.Sprintf("%.1f MB", mb), "", "", fmt.Sprintf("≤ %g MB", limit), verdict(mb <= limit)})
}

// skip adds a row that was not measured, and why.
func (b *bench) skip(what, limit, why string) {
	b.add(row{what, "", "", "", limit, "not measured: " + why})
}

func (b *bench) add(r row) {
	b.rows = append(b.rows, r)
	b.say("%s", r)
}

func (r row) String() string {
	return "| " + strings.Join([]string{r.what, r.measured, r.peer, r.ratio, r.limit, r.verdict}, " | ") + " |"
}

func verdict(ok bool) string {
	if ok {
		return "ok"
	}
	return "MISSED"
}

func (b *bench) missed() bool {
	return slices.ContainsFunc(b.rows, func(r row) bool { return r.verdict == "MISSED" })
}

func (b *bench) table() string {
	if len(b.rows) == 0 {
		return ""
	}
	lines := []string{
		row{"what", "measured", "peer", "ratio", "limit", ""}.String(),
		"|---|---|---|---|---|---|",
	}
	for _, r := range b.rows {
		lines = append(lines, r.String())
	}
	return strings.Join(lines, "\n") + "\n"
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// load is the machine's: others' work shows in every number.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
