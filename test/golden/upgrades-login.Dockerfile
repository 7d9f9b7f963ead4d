FROM registry.example.com/images@sha256:core AS core
USER 0
RUN --mount=type=cache,id=apt-archives,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=apt-lists,target=/var/lib/apt,sharing=locked \
    --mount=type=secret,id=apt-sources \
    --mount=type=secret,id=apt-auth \
    --mount=type=tmpfs,target=/tmp \
    --mount=type=secret,id=ca \
    --mount=type=secret,id=ca-2 \
    --mount=type=secret,id=ca-3 \
    --mount=type=secret,id=ca-4 \
    cat /etc/ssl/certs/ca-certificates.crt /run/secrets/ca* >/tmp/ca.pem 2>/dev/null || true && \
    : >/morgan-upgrades && \
    if command -v apt-get >/dev/null; then apt-get -o Dir::Etc::sourcelist=/run/secrets/apt-sources -o Dir::Etc::sourceparts=- -o Dir::Etc::netrc=/run/secrets/apt-auth -o Acquire::https::CAInfo=/tmp/ca.pem -o APT::Update::Error-Mode=any update -q && apt-get -o Dir::Etc::sourcelist=/run/secrets/apt-sources -o Dir::Etc::sourceparts=- -o Dir::Etc::netrc=/run/secrets/apt-auth -o Acquire::https::CAInfo=/tmp/ca.pem -s -q dist-upgrade >/morgan-upgrades; fi
FROM registry.example.com/images@sha256:redis AS redis
USER 0
RUN --mount=type=cache,id=apt-archives,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=apt-lists,target=/var/lib/apt,sharing=locked \
    --mount=type=secret,id=apt-sources \
    --mount=type=secret,id=apt-auth \
    --mount=type=tmpfs,target=/tmp \
    --mount=type=secret,id=ca \
    --mount=type=secret,id=ca-2 \
    --mount=type=secret,id=ca-3 \
    --mount=type=secret,id=ca-4 \
    --mount=type=bind,from=core,source=/morgan-upgrades,target=/run/after \
    cat /etc/ssl/certs/ca-certificates.crt /run/secrets/ca* >/tmp/ca.pem 2>/dev/null || true && \
    : >/morgan-upgrades && \
    if command -v apt-get >/dev/null; then apt-get -o Dir::Etc::sourcelist=/run/secrets/apt-sources -o Dir::Etc::sourceparts=- -o Dir::Etc::netrc=/run/secrets/apt-auth -o Acquire::https::CAInfo=/tmp/ca.pem -s -q dist-upgrade >/morgan-upgrades; fi
FROM scratch
COPY --from=core /morgan-upgrades /core
COPY --from=redis /morgan-upgrades /redis
