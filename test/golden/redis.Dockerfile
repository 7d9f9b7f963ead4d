FROM debian
RUN --mount=type=cache,id=apt-archives,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=apt-lists,target=/var/lib/apt,sharing=locked \
    useradd --system --uid 999 --user-group redis && \
    apt-get update -q && \
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends redis-server && \
    mkdir /data && \
    chown redis:redis /data && \
    rm -rf /var/log/* /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old /var/lib/dpkg/*-old
WORKDIR /data
USER 999:999
CMD ["redis-server"]
