// Package external makes kinds of the programs that a site puts into kinds/NAME: it speaks their protocol, JSON on
// standard input and output, and trusts nothing that they answer. It starts no program itself; the ground does.
package external
