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
