package link

import "testing"

// A person looks for a host and a port; the URL is only how ssh is told of them.
func TestPlaceIsNoURL(t *testing.T) {
	for address, want := range map[string]string{
		"ssh://ops@10.9.0.1:2222": "10.9.0.1, port 2222", "ssh://[fd00::1]:22": "fd00::1, port 22", "ops@10.9.0.1": "ops@10.9.0.1", "": "n1",
	} {
		if got := (Target{Name: "n1", Address: address}).place(); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
