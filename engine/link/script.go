package link

import "strings"

// Our scripts travel as one argument of ssh. The login shell there may be any (sh, fish, csh), so a script is one
// line in single quotes for /bin/sh, without single quotes, "!" and backslashes of its own. Only constants that
// Target.check and the marker's alphabet allow are put in; the rest of the work is done on the node.

// needStatus is the status of a session script that found no binary.
const needStatus = 42

// sessionScript finds the agent (the installed package of equal build, else the sent binary, which must belong to
// whom it runs as) and becomes it; else it says "need <uname -m>".
const sessionScript = `U=$(id -u);
echo "@MARKER@ as $U $(id -un)";
T=@PKG@;
if [ "$($T version --build </dev/null 2>/dev/null)" = "@BUILD@" ]; then :; else
if [ "$U" = 0 ] || [ "@BECOME@" = root ]; then D=@ROOT@; O=0; else D="@HOME@"; O=$U; fi;
T=$D/bin/@SHA@/tidemark;
if [ -z "$(find "$T" -prune -type f -user $O -perm 0755 2>/dev/null)" ]; then echo "@MARKER@ need $(uname -m)"; exit 42; fi;
fi;
if [ "@BECOME@" = root ] && [ "$U" = 0 ] || [ -z "@BECOME@" ]; then exec "$T" @ARGS@; fi;
LANGUAGE=en exec sudo -n -- "$T" @ARGS@`

// uploadScript stores what comes on its input under its sha256, and removes what was neither stored nor, as far as the file
// system notes that, run for 30 days. It says "ready" before it reads, then "stored", or "damaged" with the digest that arrived.
const uploadScript = `umask 022;
if [ "$(id -u)" = 0 ]; then D=@ROOT@; else D="@HOME@"; fi;
B=$D/bin/@SHA@; F=$B/.@MARKER@;
mkdir -p "$B" && chmod 0755 "$D" "$D/bin" "$B" || exit 44;
echo "@MARKER@ ready";
cat >"$F" || { rm -f "$F"; exit 44; };
S=$(sha256sum <"$F"); S=${S%% *};
if [ "$S" = @SHA@ ]; then :; else rm -f "$F"; echo "@MARKER@ damaged $S"; exit 43; fi;
chmod 0755 "$F" && { sync "$F" 2>/dev/null || sync; } && mv -f "$F" "$B/tidemark" || { rm -f "$F"; exit 44; };
find "$D/bin" -mindepth 2 -maxdepth 2 -type f -mtime +30 -atime +30 -exec rm -f {} + 2>/dev/null;
find "$D/bin" -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rmdir {} + 2>/dev/null;
echo "@MARKER@ stored"`

// session is the remote command that starts the agent from the binary with that digest.
func (d *Dialer) session(t Target, verb, marker, sha string) string {
	return "exec /bin/sh -c " + d.fill(sessionScript, t, verb, marker, sha)
}

// upload is the remote command that takes the binary with that digest; sudo when it shall belong to root.
func (d *Dialer) upload(t Target, marker, sha string, sudo bool) string {
	command := "exec /bin/sh -c "
	if sudo {
		command = "exec env LANGUAGE=en sudo -n -- /bin/sh -c "
	}
	return command + d.fill(uploadScript, t, verbSession, marker, sha)
}

func (d *Dialer) fill(script string, t Target, verb, marker, sha string) string {
	return "'" + strings.NewReplacer(
		"\n", " ",
		"@MARKER@", marker, "@BUILD@", d.o.Build, "@SHA@", sha, "@BECOME@", t.Become,
		"@PKG@", d.pkg, "@ROOT@", d.root, "@HOME@", d.home, "@ARGS@", strings.Join(t.agentArgs(verb, marker), " "),
	).Replace(script) + "'"
}
