package load

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"math/rand/v2"

	"github.com/gocql/gocql"
)

// line is one subscriber; version tells its later content from its first.
type line struct {
	number          int
	version         int
	public, private string
	irs, profile    gocql.UUID
	random          *rand.Rand
}

func newLine(seed uint64, i, version int) *line {
	ids := rand.New(rand.NewPCG(seed, uint64(i)))
	l := &line{number: i, version: version, irs: uuid(ids), profile: uuid(ids)}
	user := fmt.Sprintf("6505%06d", i)
	l.public, l.private = "sip:"+user+"@example.com", user+"@example.com"
	if i%7 == 3 {
		l.public = fmt.Sprintf("sip:Zoë.Müller-Łódź.日本-%d@bücher.example", i)
	}
	l.random = rand.New(rand.NewPCG(seed^uint64(version+1)<<32, uint64(i)))
	return l
}

func uuid(r *rand.Rand) gocql.UUID {
	var id gocql.UUID
	copy(id[:], blob(r, len(id)))
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}

func blob(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func (l *line) ha1() string {
	sum := md5.Sum(fmt.Appendf(nil, "%s:example.com:%x", l.private, blob(l.random, 8)))
	return hex.EncodeToString(sum[:])
}

func (l *line) criteria() string {
	return fmt.Sprintf(`<ServiceProfile><InitialFilterCriteria><TriggerPoint><ConditionTypeCNF>0</ConditionTypeCNF><SPT>`+
		`<ConditionNegated>0</ConditionNegated><Group>0</Group><Method>INVITE</Method></SPT></TriggerPoint><ApplicationServer>`+
		`<ServerName>sip:mmtel%d.example.com</ServerName><DefaultHandling>0</DefaultHandling></ApplicationServer>`+
		`</InitialFilterCriteria></ServiceProfile>`, l.random.IntN(100))
}

func (l *line) identity() string {
	return "<PublicIdentity><BarringIndication>1</BarringIndication><Identity>" + l.public + "</Identity></PublicIdentity>"
}

func (l *line) subscription() string {
	return "<IMSSubscription><PrivateID>" + l.private + "</PrivateID>" + l.criteria() + l.identity() + "</IMSSubscription>"
}

func (l *line) services() string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><simservs xmlns="http://uri.etsi.org/ngn/params/xml/simservs/xcap">`+
		`<originating-identity-presentation active="%t"/><communication-diversion active="%t"><NoReplyTimer>%d</NoReplyTimer>`+
		`</communication-diversion></simservs>`, l.random.IntN(2) == 0, l.random.IntN(2) == 0, 10+l.random.IntN(50))
}

// password is absent for most lines, empty for some: null and empty differ.
func (l *line) password() any {
	switch l.number % 10 {
	case 4:
		return ""
	case 5:
		return "pässwörd"
	}
	return nil
}
