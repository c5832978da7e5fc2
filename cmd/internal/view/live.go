package view

import (
	"fmt"
	"io"
	"sync"
	"time"

	"tidemark/engine"
)

// redrawEvery keeps the screen at seven redraws a second at most.
const redrawEvery = time.Second / 7

// Live shows nodes × steps at the lower end of a terminal; what must stay (failures, retries, stages) scrolls
// above it.
type Live struct {
	w    io.Writer
	st   Style
	size func() (width, height int)

	mu    sync.Mutex
	board *board
	above []string
	drawn int // lines on the screen
	dirty bool
	still bool // suspended
	done  chan struct{}
	ended chan struct{}
}

// NewLive begins to draw on w; s is what happened before, size tells the terminal's columns and lines.
func NewLive(w io.Writer, st Style, p *engine.Plan, s *engine.State, size func() (int, int)) *Live {
	l := &Live{w: w, st: st, size: size, board: newBoard(p), dirty: true, done: make(chan struct{}), ended: make(chan struct{})}
	l.board.recall(p, s)
	go l.loop()
	return l
}

// Event takes an event; it never waits for the terminal longer than one frame.
func (l *Live) Event(e engine.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.board.event(e)
	if stays(e) {
		l.above = append(l.above, l.st.paint(eventColor(e), line(e)))
	}
	l.dirty = true
}

// Say writes a line of the program's own above the board.
func (l *Live) Say(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.above = append(l.above, harmless(text))
	l.dirty = true
}

// Suspend takes the board off the screen and leaves the screen alone until the given function is called.
func (l *Live) Suspend() (resume func()) {
	l.draw(true, true)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.still = true
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.still, l.dirty = false, true
	}
}

// stays tells which events a reader must still find after the run.
func stays(e engine.Event) bool {
	switch e.Type {
	case engine.EventProgress, engine.EventBegin, engine.EventCreated:
		return false
	case engine.EventEnd:
		return e.Outcome == engine.Failed || e.Outcome == engine.Unknown || e.Message != "" && e.Outcome == engine.Done
	}
	return true
}

// Close draws what is left and takes the board off the screen.
func (l *Live) Close() {
	close(l.done)
	<-l.ended
}

func (l *Live) loop() {
	defer close(l.ended)
	tick := time.NewTicker(redrawEvery)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-tick.C:
			l.draw(n%7 == 0, false)
		case <-l.done:
			l.draw(true, true)
			return
		}
	}
}

// draw writes a frame when something changed, or when the clocks on it must move.
func (l *Live) draw(clock, last bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.still || (!l.dirty && !clock) {
		return
	}
	width, height := l.size()
	text := ""
	if l.drawn > 0 {
		text = fmt.Sprintf("\x1b[%dA\r\x1b[J", l.drawn)
	}
	for _, line := range l.above {
		text += line + "\n"
	}
	l.above, l.drawn, l.dirty = nil, 0, false
	if !last {
		for _, line := range l.board.frame(width, height, time.Now()) {
			text += l.st.paint(line.color, line.text) + "\n"
			l.drawn++
		}
	}
	_, _ = io.WriteString(l.w, text)
}
