package monit

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"

	"tidemark/engine"
)

// page is the part of monit's status page that is read. Pointers tell what is absent from what is 0.
type page struct {
	XMLName  xml.Name `xml:"monit"`
	Services []struct {
		Type    int    `xml:"type,attr"`
		Name    string `xml:"name"`
		Status  *int   `xml:"status"`
		Monitor *int   `xml:"monitor"`
		Pending *int   `xml:"pendingaction"`
		PID     int    `xml:"pid"`
	} `xml:"service"`
}

func parseXML(data []byte) ([]Service, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	// the page says ISO-8859-1; names outside ASCII would come out as they are and match nothing
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return latin1{r}, nil }
	var p page
	if err := d.Decode(&p); err != nil {
		return nil, engine.Failf(engine.ClassIO, "monit status page: %w", err)
	}
	if len(p.Services) == 0 {
		return nil, engine.Failf(engine.ClassIO, "monit status page: no services")
	}
	var out []Service
	for _, s := range p.Services {
		name := strings.TrimSpace(s.Name)
		if name == "" {
			return nil, engine.Failf(engine.ClassIO, "monit status page: a service without a name")
		}
		out = append(out, Service{
			Name: name, Type: s.Type, PID: s.PID,
			Status: known(s.Status), Monitor: known(s.Monitor), Pending: known(s.Pending),
		})
	}
	return out, nil
}

// known keeps an absent number apart from 0, which would be good news.
func known(n *int) int {
	if n == nil {
		return Unknown
	}
	return *n
}

// latin1 turns ISO-8859-1 into UTF-8, a byte at a time at most doubled.
type latin1 struct{ from io.Reader }

func (l latin1) Read(p []byte) (int, error) {
	if len(p) < 2 {
		return 0, io.ErrShortBuffer
	}
	raw := make([]byte, len(p)/2)
	n, err := l.from.Read(raw)
	out := p[:0]
	for _, b := range raw[:n] {
		if b < 0x80 {
			out = append(out, b)
			continue
		}
		out = append(out, 0xC0|b>>6, 0x80|b&0x3F)
	}
	return len(out), err
}
