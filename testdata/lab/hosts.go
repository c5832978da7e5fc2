package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"tidemark/testdata/lab/cluster"
	"tidemark/testdata/lab/host"
	"tidemark/testdata/lab/network"
	"tidemark/testdata/lab/site"
)

func down(c *call) error {
	unlock, err := lock(c.lab)
	if err != nil {
		return err
	}
	defer unlock()
	c.say("stops %d hosts", len(c.lab.Nodes))
	if err := site.Together(c.lab.Hosts(), host.Stop); err != nil {
		return err
	}
	return network.Down(c.lab)
}

// destroy works on whatever is there, also on a lab that was half built.
func destroy(c *call) error {
	if err := site.Together(c.lab.Hosts(), host.Kill); err != nil {
		return err
	}
	if err := network.Down(c.lab); err != nil {
		return err
	}
	if err := host.Released(c.lab); err != nil {
		return err
	}
	if err := os.RemoveAll(c.lab.Dir); err != nil {
		return err
	}
	return check(c)
}

func start(c *call) error {
	return c.each(func(h site.Host) error {
		if err := network.Heal(c.lab, h); err != nil {
			return err
		}
		if err := host.Start(c.lab, h); err != nil {
			return err
		}
		return cluster.WaitSSH(h, 20*time.Second)
	})
}

func stop(c *call) error { return c.each(host.Stop) }

// crash cuts the cable first: a host without power says goodbye to nobody.
func crash(c *call) error {
	return c.each(func(h site.Host) error {
		return errors.Join(network.Cut(c.lab, h), host.Kill(h))
	})
}

// each does it for the named hosts in turn.
func (c *call) each(do func(site.Host) error) error {
	if len(c.args) == 0 {
		return errUsage
	}
	for _, name := range c.args {
		h, err := c.lab.Host(name)
		if err != nil {
			return err
		}
		if err := do(h); err != nil {
			return err
		}
	}
	return nil
}

// check proves that the lab left nothing behind.
func check(c *call) error {
	left := append(network.Leftovers(c.lab), host.Leftovers(c.lab)...)
	if len(left) == 0 {
		return nil
	}
	for _, what := range left {
		c.say("left: %s", what)
	}
	return fmt.Errorf("%d things are left of %s", len(left), c.lab.Prefix)
}
