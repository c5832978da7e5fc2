package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
)

// chunk is how much is read at once: large enough that sha256, not the calls, takes the time, and small enough that a
// table's many small files do not pay for room they do not need.
const chunk = 64 << 10

// Hash reads a file and returns its length and sha256 in hex. read, if not nil, is called after each piece.
func Hash(ctx context.Context, path string, read func(n int64)) (int64, string, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	return HashTo(ctx, io.Discard, f, read)
}

// HashTo copies from to to and returns the length and sha256 of what went through. It ends early with ctx.
func HashTo(ctx context.Context, to io.Writer, from io.Reader, read func(n int64)) (int64, string, error) {
	h := sha256.New()
	n, err := pass(ctx, io.MultiWriter(h, to), from, read)
	return n, hex.EncodeToString(h.Sum(nil)), err
}

func pass(ctx context.Context, to io.Writer, from io.Reader, read func(n int64)) (int64, error) {
	var total int64
	buf := make([]byte, chunk)
	for {
		if err := ctx.Err(); err != nil {
			return total, err
		}
		n, err := from.Read(buf)
		if _, werr := to.Write(buf[:n]); werr != nil {
			return total, werr
		}
		total += int64(n)
		if read != nil && n > 0 {
			read(int64(n))
		}
		switch {
		case err == io.EOF:
			return total, nil
		case err != nil:
			return total, err
		}
	}
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
