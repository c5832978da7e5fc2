package schema

import "fmt"

// disguised names the first character of a word that only looks like a plain
// one, with a blank behind; "" where there is none.
func disguised(word string) string {
	for at, c := range word {
		if at > maxName {
			break // nobody reads that far, and a hostile word is long
		}
		if plain := looksLike(c); plain != 0 {
			return fmt.Sprintf("%c in it is %U, which looks like %c and is another character; ", c, c, plain)
		}
	}
	return ""
}

// looksLike is the plain character that a letter of another script, or a
// typographic mark, is taken for; 0 for any other.
func looksLike(c rune) rune {
	const (
		others = "аеорсухіјѕԁһԛԝАВЕКМНОРСТХІЈЅνοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ‐‑–—−٫․"
		plains = "aeopcyxijsdhqwABEKMHOPCTXIJSvoABEZHIKMNOPTYX-----.."
	)
	if c >= 0xff01 && c <= 0xff5e { // full width
		return c - 0xff01 + '!'
	}
	i := 0
	for _, other := range others {
		if other == c {
			return rune(plains[i])
		}
		i++
	}
	return 0
}
