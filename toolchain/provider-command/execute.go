package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"
)

var defaultInterpreter = []string{"/bin/sh", "-c"}

// execute runs a command to its end; each line of its output goes to Pulumi's log as it comes.
func (s *State) execute(ctx context.Context, command string, env []string) (string, string, error) {
	argv := s.Interpreter
	if len(argv) == 0 {
		argv = defaultInterpreter
	}
	argv = append(append([]string{}, argv...), command)

	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env...)
	for key, value := range s.Environment {
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	if s.Dir != nil {
		cmd.Dir = *s.Dir
	}
	if s.Stdin != nil {
		cmd.Stdin = strings.NewReader(*s.Stdin)
	}

	var lines lineLog
	var stdout, stderr bytes.Buffer
	cmd.Stdout = io.MultiWriter(&stdout, lines.writer(ctx, s.logs("stdout")))
	cmd.Stderr = io.MultiWriter(&stderr, lines.writer(ctx, s.logs("stderr")))
	err := cmd.Run()
	lines.close()
	return stdout.String(), stderr.String(), err
}

func (s *State) logs(stream string) bool {
	return s.Logging == nil || *s.Logging == stream || *s.Logging == "stdoutAndStderr"
}

// lineLog passes whole lines on to Pulumi's log: its messages are lines, what a process writes are not.
type lineLog struct {
	pipes   []*io.PipeWriter
	readers sync.WaitGroup
}

func (l *lineLog) writer(ctx context.Context, logs bool) io.Writer {
	if !logs {
		return io.Discard
	}
	reader, writer := io.Pipe()
	l.pipes = append(l.pipes, writer)
	logger := p.GetLogger(ctx)
	l.readers.Go(func() {
		lines := bufio.NewReader(reader)
		for {
			line, err := lines.ReadString('\n')
			if line != "" {
				logger.Info(strings.TrimSuffix(line, "\n"))
			}
			if err != nil {
				return
			}
		}
	})
	return writer
}

func (l *lineLog) close() {
	for _, pipe := range l.pipes {
		_ = pipe.Close()
	}
	l.readers.Wait()
}
