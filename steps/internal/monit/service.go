package monit

import "fmt"

// Types of services that matter here, monit's own numbers.
const (
	TypeProcess = 3
	TypeProgram = 7
)

// Unknown stands in Status or Monitor where monit's answer was not recognised.
const Unknown = -1

// Bits of Monitor; 0 is not monitored.
const (
	monitorYes     = 1
	monitorInit    = 2
	monitorWaiting = 4
)

// statusMissing is the bit of Status that says the process does not exist.
const statusMissing = 512

// Service is one service of monit.
type Service struct {
	Name string
	// Type is monit's number; 0 is not known.
	Type int
	// Groups and PIDFile come from monit's configuration files.
	Groups  []string
	PIDFile string
	// Status is monit's bit mask of what is wrong; 0 is nothing, Unknown not recognised.
	Status int
	// Monitor is a bit mask: 1 monitored, 2 initialising, 4 waiting; 0 not monitored, Unknown not recognised.
	Monitor int
	// Pending is monit's number of the action that has not ended; 0 is none.
	Pending int
	// PID is the process while monit sees it; 0 is none or not told (never told while unmonitored).
	PID int
}

// Good tells whether monit looks after the service, finds nothing wrong and has nothing left to do.
func (s Service) Good() bool {
	return s.Monitor > 0 && s.Monitor&monitorInit == 0 && s.Status == 0 && s.Pending == 0
}

// NotMonitored tells whether monit has let go of the service with nothing pending. The process may live.
func (s Service) NotMonitored() bool { return s.Monitor == 0 && s.Pending == 0 }

// Words says the state in words for people.
func (s Service) Words() string {
	w := "status unknown"
	switch {
	case s.Monitor == 0:
		w = "not monitored"
	case s.Monitor == Unknown || s.Status == Unknown:
	case s.Monitor&monitorInit != 0:
		w = "initialising"
	case s.Status&statusMissing != 0:
		w = "does not exist"
	case s.Status != 0:
		w = fmt.Sprintf("failing (%d)", s.Status)
	default:
		w = "OK"
	}
	if s.Pending != 0 {
		w += ", an action is pending"
	}
	return w
}
