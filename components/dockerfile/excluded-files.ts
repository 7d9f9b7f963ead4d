/** Files in the wheels of services that no service reads: paths below site-packages, `*` for any part of a name. */
export const UNREAD_FILES: readonly string[] = [
  // ONNX Runtime for programs in C: the Python module contains its own copy.
  "onnxruntime/capi/libonnxruntime.so.*",
  // Programs that make, convert and optimise models. Services run finished models.
  "onnxruntime/quantization",
  "onnxruntime/tools",
  "onnxruntime/transformers",
  // Every form of the Silero model except silero_vad_16k_sequence.onnx, which vad loads.
  "silero_vad/data/silero_vad.*",
  "silero_vad/data/silero_vad_16k.*",
  "silero_vad/data/silero_vad_16k_op*.onnx",
  "silero_vad/data/silero_vad_half.onnx",
  "silero_vad/data/silero_vad_op*.onnx",
  // For reading declarations in C. soundfile has compiled declarations, and uses the module _cffi_backend alone.
  "cffi/*",
  "pycparser/*",
  // For building extensions with numpy: nothing is compiled in an image.
  "numpy/distutils",
  "numpy/f2py",
];

/** Files in the wheels under torch that no speech engine reads: paths as in `UNREAD_FILES`. */
export const UNREAD_CUDA_FILES: readonly string[] = [
  // For building extensions and kernels: nothing is compiled in an image.
  "torch/include",
  "torch/bin/protoc*",
  "nvidia/nvshmem/lib/*.a",
  "nvidia/nvshmem/lib/*.bc",
  // torch.linalg on a GPU. torch loads it at the first use, and it needs cuSOLVER, which no lock file contains.
  "torch/lib/libtorch_cuda_linalg.so",
  // A second build of the run-time compiler, which nothing loads.
  "nvidia/cuda_nvrtc/lib/*.alt.so.*",
  // For programs that profile kernels. torch is linked with libcupti only.
  "nvidia/cuda_cupti/lib/libcheckpoint.so",
  "nvidia/cuda_cupti/lib/libnvperf_*.so",
  "nvidia/cuda_cupti/lib/libpcsamplingutil.so",
];
