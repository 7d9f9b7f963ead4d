package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Command is the resource command:local:Command.
type Command struct{}

// Inputs are those of the TypeScript class local.Command, less assetPaths and archivePaths.
type Inputs struct {
	Create                 *string           `pulumi:"create,optional"`
	Update                 *string           `pulumi:"update,optional"`
	Delete                 *string           `pulumi:"delete,optional"`
	Dir                    *string           `pulumi:"dir,optional"`
	Environment            map[string]string `pulumi:"environment,optional"`
	Interpreter            []string          `pulumi:"interpreter,optional"`
	Stdin                  *string           `pulumi:"stdin,optional"`
	Triggers               []any             `pulumi:"triggers,optional"`
	Logging                *string           `pulumi:"logging,optional"`
	AddPreviousOutputInEnv *bool             `pulumi:"addPreviousOutputInEnv,optional"`
}

type State struct {
	Inputs
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

func (*Command) Annotate(a infer.Annotator) {
	a.SetToken("local", "Command")
}

func (*Command) Create(ctx context.Context, req infer.CreateRequest[Inputs]) (infer.CreateResponse[State], error) {
	state := State{Inputs: req.Inputs}
	id, err := resource.NewUniqueHex(req.Name, 8, 0)
	if err != nil || req.DryRun {
		return infer.CreateResponse[State]{ID: id, Output: state}, err
	}
	err = state.run(ctx, req.Inputs.Create, nil)
	return infer.CreateResponse[State]{ID: id, Output: state}, err
}

func (*Command) Update(ctx context.Context, req infer.UpdateRequest[Inputs, State]) (infer.UpdateResponse[State], error) {
	state := State{Inputs: req.Inputs, Stdout: req.State.Stdout, Stderr: req.State.Stderr}
	if req.DryRun {
		return infer.UpdateResponse[State]{Output: state}, nil
	}
	command := req.Inputs.Update
	if command == nil {
		command = req.Inputs.Create
	}
	err := state.run(ctx, command, &req.State)
	return infer.UpdateResponse[State]{Output: state}, err
}

func (*Command) Delete(ctx context.Context, req infer.DeleteRequest[State]) (infer.DeleteResponse, error) {
	state := req.State
	return infer.DeleteResponse{}, state.run(ctx, state.Inputs.Delete, &req.State)
}

// run executes a command, if there is one, and keeps what it printed.
func (s *State) run(ctx context.Context, command *string, previous *State) error {
	if command == nil {
		return nil
	}
	stdout, stderr, err := s.execute(ctx, *command, previousOutput(s.Inputs, previous))
	if err != nil {
		// Both outputs, as the official plugin tells them, though in their order there.
		return fmt.Errorf("%w: running %q:\n%s%s", err, *command, stdout, stderr)
	}
	// One trailing newline is dropped, as in the official plugin: programs compare and pass on the bare value.
	s.Stdout, s.Stderr = strings.TrimSuffix(stdout, "\n"), strings.TrimSuffix(stderr, "\n")
	return nil
}

func previousOutput(inputs Inputs, previous *State) []string {
	if previous == nil || (inputs.AddPreviousOutputInEnv != nil && !*inputs.AddPreviousOutputInEnv) {
		return nil
	}
	return []string{"PULUMI_COMMAND_STDOUT=" + previous.Stdout, "PULUMI_COMMAND_STDERR=" + previous.Stderr}
}
