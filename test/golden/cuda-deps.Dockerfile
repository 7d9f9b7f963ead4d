FROM base
RUN install -d -o 10001 -g 10001 /models
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
    find /opt/venv/lib -type d -name tests -prune -exec rm -r {} +
