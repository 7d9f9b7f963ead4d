FROM parent
RUN --mount=type=bind,from=tools,source=/uv,target=/run/uv \
    --mount=type=bind,source=requirements.txt,target=/run/requirements.txt \
    --mount=type=cache,id=uv,target=/root/.cache/uv,sharing=shared \
    --mount=type=tmpfs,target=/tmp \
    VIRTUAL_ENV=/opt/venv /run/uv pip install --require-hashes --no-deps --only-binary :all: -r /run/requirements.txt && \
    find /opt/venv/lib -type d -name tests -prune -exec rm -r {} + && \
    cd /opt/venv/lib/python3*/site-packages && \
    rm -rf onnxruntime/capi/libonnxruntime.so.* onnxruntime/quantization onnxruntime/tools onnxruntime/transformers silero_vad/data/silero_vad.* silero_vad/data/silero_vad_16k.* silero_vad/data/silero_vad_16k_op*.onnx silero_vad/data/silero_vad_half.onnx silero_vad/data/silero_vad_op*.onnx numpy/distutils numpy/f2py
