package backup

import "sync"

// Meter adds up what several workers have read and reports it, one report at a time.
type Meter struct {
	mu          sync.Mutex
	report      Progress
	done, total int64
}

// NewMeter reports to progress (nil: nowhere) on the way to total bytes.
func NewMeter(progress Progress, total int64) *Meter {
	if progress == nil {
		progress = func(int64, int64, string) {}
	}
	return &Meter{report: progress, total: total}
}

// Add returns what counts bytes of the file called text.
func (m *Meter) Add(text string) func(n int64) {
	return func(n int64) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.done += n
		m.report(m.done, m.total, text)
	}
}
