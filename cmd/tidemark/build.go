package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"sync"

	"tidemark/engine"
	"tidemark/steps"
)

// sourceID is set by the makefile: a digest of the sources, the same for every architecture.
var sourceID string // set by the linker, never by the program

// buildID is the id of the sources, where the makefile set it, else of this very program.
func buildID() (string, error) {
	if sourceID != "" {
		return sourceID, nil
	}
	return hashSelf()
}

// hashSelf gives the build id: the first 16 hex digits of the sha256 of the running program, also where its file was
// replaced meanwhile. Agents of another build are refused by it.
func hashSelf() (string, error) {
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// buildOnce computes the build id at its first use.
func buildOnce() func() (string, error) { return sync.OnceValues(buildID) }

func allKinds() (*engine.Kinds, error) { return steps.Kinds() }
