FROM debian
RUN --mount=type=cache,id=apt-archives,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=apt-lists,target=/var/lib/apt,sharing=locked \
    --mount=type=tmpfs,target=/tmp \
    --mount=type=secret,id=ca \
    --mount=type=secret,id=ca-2 \
    --mount=type=secret,id=ca-3 \
    --mount=type=secret,id=ca-4 \
    cat /etc/ssl/certs/ca-certificates.crt /run/secrets/ca* >/tmp/ca.pem 2>/dev/null || true && \
    apt-get -o Acquire::https::CAInfo=/tmp/ca.pem update -q && \
    DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::https::CAInfo=/tmp/ca.pem install -qy --no-install-recommends ca-certificates python3 && \
    rm -r /usr/lib/python3.*/test /usr/lib/python3.*/pydoc_data && \
    rm -rf /var/log/* /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old /var/lib/dpkg/*-old
RUN echo "morgan:x:10001:10001::/app:/usr/sbin/nologin" >>/etc/passwd && \
    echo "morgan:x:10001:" >>/etc/group
ENV PATH="/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    PYTHONDONTWRITEBYTECODE="1" \
    PYTHONUNBUFFERED="1" \
    UV_COMPILE_BYTECODE="1" \
    UV_LINK_MODE="copy" \
    UV_PYTHON_DOWNLOADS="never"
RUN --mount=type=bind,from=tools,source=/uv,target=/run/uv \
    --mount=type=bind,source=requirements.txt,target=/run/requirements.txt \
    --mount=type=cache,id=uv,target=/root/.cache/uv,sharing=shared \
    --mount=type=tmpfs,target=/tmp \
    --mount=type=secret,id=ca \
    --mount=type=secret,id=ca-2 \
    --mount=type=secret,id=ca-3 \
    --mount=type=secret,id=ca-4 \
    cat /etc/ssl/certs/ca-certificates.crt /run/secrets/ca* >/tmp/ca.pem 2>/dev/null || true && \
    /run/uv venv --python /usr/bin/python3 /opt/venv && \
    VIRTUAL_ENV=/opt/venv SSL_CERT_FILE=/tmp/ca.pem /run/uv pip install --require-hashes --no-deps --only-binary :all: -r /run/requirements.txt && \
    find /opt/venv/lib -type d -name tests -prune -exec rm -r {} +
WORKDIR /app
