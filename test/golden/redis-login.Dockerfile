FROM debian
RUN --mount=type=cache,id=apt-archives,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=apt-lists,target=/var/lib/apt,sharing=locked \
    --mount=type=secret,id=apt-sources \
    --mount=type=secret,id=apt-auth \
    --mount=type=secret,id=ca,mode=0444 \
    useradd --system --uid 999 --user-group redis && \
    apt-get -o Dir::Etc::sourcelist=/run/secrets/apt-sources -o Dir::Etc::sourceparts=- -o Dir::Etc::netrc=/run/secrets/apt-auth -o Acquire::https::CAInfo=/run/secrets/ca update -q && \
    DEBIAN_FRONTEND=noninteractive apt-get -o Dir::Etc::sourcelist=/run/secrets/apt-sources -o Dir::Etc::sourceparts=- -o Dir::Etc::netrc=/run/secrets/apt-auth -o Acquire::https::CAInfo=/run/secrets/ca install -qy --no-install-recommends redis-server && \
    mkdir /data && \
    chown redis:redis /data && \
    rm -rf /var/log/* /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old /var/lib/dpkg/*-old
WORKDIR /data
USER 999:999
CMD ["redis-server"]
