FROM parent
RUN --mount=type=cache,id=apt-archives,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=apt-lists,target=/var/lib/apt,sharing=locked \
    --mount=type=tmpfs,target=/tmp \
    --mount=type=secret,id=ca \
    --mount=type=secret,id=ca-2 \
    --mount=type=secret,id=ca-3 \
    --mount=type=secret,id=ca-4 \
    cat /etc/ssl/certs/ca-certificates.crt /run/secrets/ca* >/tmp/ca.pem 2>/dev/null || true && \
    apt-get -o Acquire::https::CAInfo=/tmp/ca.pem update -q && \
    DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::https::CAInfo=/tmp/ca.pem install -qy --no-install-recommends espeak-ng libsndfile1 && \
    rm -rf /var/log/* /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old /var/lib/dpkg/*-old
RUN --mount=type=bind,from=tools,source=/uv,target=/run/uv \
    --mount=type=bind,source=requirements.txt,target=/run/requirements.txt \
    --mount=type=cache,id=uv,target=/root/.cache/uv,sharing=shared \
    --mount=type=tmpfs,target=/tmp \
    --mount=type=secret,id=ca \
    --mount=type=secret,id=ca-2 \
    --mount=type=secret,id=ca-3 \
    --mount=type=secret,id=ca-4 \
    cat /etc/ssl/certs/ca-certificates.crt /run/secrets/ca* >/tmp/ca.pem 2>/dev/null || true && \
    VIRTUAL_ENV=/opt/venv SSL_CERT_FILE=/tmp/ca.pem /run/uv pip install --require-hashes --no-deps --only-binary :all: -r /run/requirements.txt && \
    find /opt/venv/lib -type d -name tests -prune -exec rm -r {} + && \
    cd /opt/venv/lib/python3*/site-packages && \
    rm -rf onnxruntime/capi/libonnxruntime.so.* onnxruntime/quantization onnxruntime/tools onnxruntime/transformers silero_vad/data/silero_vad.* silero_vad/data/silero_vad_16k.* silero_vad/data/silero_vad_16k_op*.onnx silero_vad/data/silero_vad_half.onnx silero_vad/data/silero_vad_op*.onnx cffi/* pycparser/* numpy/distutils numpy/f2py
