// Package digest sums up the whole content of the lab's tables, whatever the
// order in which rows are read.
package digest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
)

// Sum is a digest of a multiset of rows: the sum of the rows' SHA-256 modulo
// 2^256.  Unlike an exclusive or it notices a row that is there twice.
type Sum struct {
	Rows  int
	words [4]uint64
}

// Cell is one column of a row; Value nil means null, which is not empty.
type Cell struct {
	Column string
	Value  []byte
}

// Add adds one row.
func (s *Sum) Add(row []Cell) {
	h := sha256.Sum256(encode(row))
	var carry uint64
	for i := range s.words {
		s.words[i], carry = bits.Add64(s.words[i], binary.LittleEndian.Uint64(h[8*i:]), carry)
	}
	s.Rows++
}

// String is the sum in hexadecimal digits.
func (s *Sum) String() string {
	var b []byte
	for _, w := range s.words {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return hex.EncodeToString(b)
}

// encode writes each part with its length before it, so that no two rows look
// the same.
func encode(row []Cell) []byte {
	var b []byte
	for _, c := range row {
		b = binary.AppendUvarint(b, uint64(len(c.Column)))
		b = append(b, c.Column...)
		if c.Value == nil {
			b = append(b, 0)
			continue
		}
		b = append(b, 1)
		b = binary.AppendUvarint(b, uint64(len(c.Value)))
		b = append(b, c.Value...)
	}
	return b
}
