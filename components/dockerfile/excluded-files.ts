/** What the wheels of services bring and no service reads: paths below site-packages, `*` for any part of a name. */
export const UNREAD_FILES: readonly string[] = [
  // ONNX Runtime for programs in C: the Python module has all of it within itself.
  "onnxruntime/capi/libonnxruntime.so.*",
  // Programs that make, convert and optimise models; services run finished ones.
  "onnxruntime/quantization",
  "onnxruntime/tools",
  "onnxruntime/transformers",
  // Every form of the Silero model but silero_vad_16k_sequence.onnx, the one that vad loads.
  "silero_vad/data/silero_vad.*",
  "silero_vad/data/silero_vad_16k.*",
  "silero_vad/data/silero_vad_16k_op*.onnx",
  "silero_vad/data/silero_vad_half.onnx",
  "silero_vad/data/silero_vad_op*.onnx",
  // For building extensions with numpy: nothing is compiled in an image.
  "numpy/distutils",
  "numpy/f2py",
];

/** What the wheels under torch bring and no engine reads: paths below site-packages, `*` for any part of a name. */
export const UNREAD_CUDA_FILES: readonly string[] = [
  // For building extensions and kernels: nothing is compiled in an image.
  "torch/include",
  "torch/bin/protoc*",
  "nvidia/nvshmem/lib/*.a",
  "nvidia/nvshmem/lib/*.bc",
  // torch.linalg on a GPU: loaded when it is first asked for, and it needs cuSOLVER, which no lock holds.
  "torch/lib/libtorch_cuda_linalg.so",
  // The run-time compiler once more, in a build that nothing asks for.
  "nvidia/cuda_nvrtc/lib/*.alt.so.*",
  // For programs that profile kernels; torch is linked with libcupti alone.
  "nvidia/cuda_cupti/lib/libcheckpoint.so",
  "nvidia/cuda_cupti/lib/libnvperf_*.so",
  "nvidia/cuda_cupti/lib/libpcsamplingutil.so",
];
