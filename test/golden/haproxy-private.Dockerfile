FROM debian
RUN --mount=type=cache,id=apt-archives,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=apt-lists,target=/var/lib/apt,sharing=locked \
    --mount=type=secret,id=apt-sources \
    --mount=type=tmpfs,target=/tmp \
    --mount=type=secret,id=ca \
    --mount=type=secret,id=ca-2 \
    --mount=type=secret,id=ca-3 \
    --mount=type=secret,id=ca-4 \
    cat /etc/ssl/certs/ca-certificates.crt /run/secrets/ca* >/tmp/ca.pem 2>/dev/null || true && \
    apt-get -o Dir::Etc::sourcelist=/run/secrets/apt-sources -o Dir::Etc::sourceparts=- -o Acquire::https::CAInfo=/tmp/ca.pem update -q && \
    DEBIAN_FRONTEND=noninteractive apt-get -o Dir::Etc::sourcelist=/run/secrets/apt-sources -o Dir::Etc::sourceparts=- -o Acquire::https::CAInfo=/tmp/ca.pem install -qy --no-install-recommends haproxy && \
    mkdir -p /usr/local/etc/haproxy && \
    rm -rf /var/log/* /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old /var/lib/dpkg/*-old
STOPSIGNAL SIGUSR1
USER 99:99
CMD ["haproxy","-W","-db","-f","/usr/local/etc/haproxy/haproxy.cfg"]
