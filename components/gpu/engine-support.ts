import type { GpuSupport } from "../engine/gpu-support.ts";
import type { Problem } from "../lib/errors.ts";
import type { GpuMode } from "../config/gpu.ts";

/**
 * Returns why an engine cannot give GPUs to containers in this mode; nothing if it can, or if it does not report that.
 *
 * @param nvidiaHook - true if NVIDIA's hook is on the PATH; undefined if the engine runs on another machine. The
 * `nvidia` driver of Docker 26 does not work without the hook.
 */
export function supportProblems(mode: GpuMode, support: GpuSupport, nvidiaHook: boolean | undefined): Problem[] {
  const key = "morgan:gpuMode";
  const toolkit = "install NVIDIA's container toolkit";
  if (mode === "cdi" && support.cdiFolders.length === 0) {
    const found = "CDI is off in the engine";
    const fix = 'set {"features": {"cdi": true}} in /etc/docker/daemon.json and restart it, or choose another gpuMode';
    return [{ key, expected: 'an engine with CDI on, for "cdi"', found, fix }];
  }
  if (mode === "cdi" && support.cdiDevices?.length === 0) {
    const found = `no such device in ${support.cdiFolders.join(", ")}`;
    const fix = `${toolkit}, then: nvidia-ctk cdi generate --output=${support.cdiFolders.at(-1) ?? ""}/nvidia.yaml`;
    return [{ key, expected: 'CDI devices of kind nvidia.com/gpu, for "cdi"', found, fix }];
  }
  if (mode === "runtime" && !support.runtimes.includes("nvidia")) {
    const fix = `${toolkit}, then: nvidia-ctk runtime configure --runtime=docker; restart the engine`;
    return [{ key, expected: 'a runtime "nvidia", for "runtime"', found: support.runtimes.join(", "), fix }];
  }
  if (mode === "nvidia" && nvidiaHook === false) {
    const found = "no nvidia-container-runtime-hook on PATH";
    return [
      { key, expected: "NVIDIA's hook for the engine's nvidia driver", found, fix: `${toolkit}; restart the engine` },
    ];
  }
  return [];
}
