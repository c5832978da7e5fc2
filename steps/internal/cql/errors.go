package cql

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/gocql/gocql"

	"tidemark/engine"
)

// answered tells whether the server itself gave the error; its connection is sound, then.
func answered(err error) bool {
	var e gocql.RequestError
	return errors.As(err, &e)
}

// isProtocol tells whether the server does not speak the version it was asked in.
func isProtocol(err error) bool {
	var e gocql.RequestError
	if errors.As(err, &e) {
		return e.Code() == gocql.ErrCodeProtocol
	}
	// at connect the driver flattens errors into text
	return err != nil && strings.Contains(strings.ToLower(err.Error()), "unsupported protocol version")
}

// classed says which server failed and why.
func classed(address string, err error) error {
	class := classOf(err)
	wrapped := engine.Fail(class, fmt.Errorf("CQL at %s: %w", address, terse(err)))
	switch {
	case class == engine.ClassConnect && answered(err):
		return engine.WithNext(wrapped, "look which members are down: nodetool status")
	case class == engine.ClassConnect:
		return engine.WithNext(wrapped, "look whether Cassandra runs and listens there: monit summary; its system.log")
	case class == engine.ClassTimeout && !answered(err):
		return engine.WithNext(wrapped, hangs)
	case class == engine.ClassAuth:
		return engine.WithNext(wrapped, "Cassandra asks for a login; tidemark has none for it")
	}
	return wrapped
}

// hangs is what to do about a server that took a question and never answered it.
const hangs = "look whether Cassandra hangs: ps -o stat,cmd -C java, and its system.log"

// terse drops what the driver puts before the cause when a session does not open; it keeps no chain there anyway.
func terse(err error) error {
	text := err.Error()
	for _, noise := range []string{"gocql: unable to create session: ", "unable to connect to initial hosts: ", "unable to dial control conn "} {
		text = strings.TrimPrefix(text, noise)
	}
	for _, silence := range []string{gocql.ErrTimeoutNoResponse.Error(), "gocql: no response to connection startup within timeout"} {
		text = strings.Replace(text, silence, "no answer in time", 1)
	}
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}

func classOf(err error) engine.Class {
	var own *engine.Error
	var e gocql.RequestError
	var op *net.OpError
	switch {
	case errors.As(err, &own):
		return own.Class
	case errors.Is(err, context.Canceled):
		return engine.ClassCancelled
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, gocql.ErrTimeoutNoResponse):
		return engine.ClassTimeout
	case errors.As(err, &e):
		return classOfCode(e.Code())
	case errors.Is(err, gocql.ErrNoConnections), errors.Is(err, gocql.ErrNoConnectionsStarted), errors.Is(err, gocql.ErrConnectionClosed),
		errors.Is(err, errSealed), errors.As(err, &op):
		return engine.ClassConnect
	}
	return classOfText(err.Error())
}

func classOfCode(code int) engine.Class {
	switch code {
	case gocql.ErrCodeCredentials, gocql.ErrCodeUnauthorized:
		return engine.ClassAuth
	case gocql.ErrCodeReadTimeout, gocql.ErrCodeWriteTimeout:
		return engine.ClassTimeout
	case gocql.ErrCodeUnavailable, gocql.ErrCodeOverloaded, gocql.ErrCodeBootstrapping:
		return engine.ClassConnect
	case gocql.ErrCodeSyntax, gocql.ErrCodeInvalid, gocql.ErrCodeConfig, gocql.ErrCodeAlreadyExists, gocql.ErrCodeProtocol:
		return engine.ClassPrecondition
	}
	return engine.ClassIO
}

// classOfText is for what the driver hands on as text alone when a session does not open.
func classOfText(text string) engine.Class {
	text = strings.ToLower(text)
	switch {
	case strings.Contains(text, "authentic"):
		return engine.ClassAuth
	case strings.Contains(text, "i/o timeout"), strings.Contains(text, "no response"):
		return engine.ClassTimeout
	case strings.Contains(text, "unable to create session"), strings.Contains(text, "unable to connect"), strings.Contains(text, "connection"):
		return engine.ClassConnect
	}
	return engine.ClassIO
}
