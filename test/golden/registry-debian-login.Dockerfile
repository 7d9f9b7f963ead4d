FROM scratch
ADD ["rootfs.tar","/"]
CMD ["bash"]
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
    apt-get -o Dir::Etc::sourcelist=/run/secrets/apt-sources -o Dir::Etc::sourceparts=- -o Dir::Etc::netrc=/run/secrets/apt-auth -o Acquire::https::CAInfo=/tmp/ca.pem update -q && \
    DEBIAN_FRONTEND=noninteractive apt-get -o Dir::Etc::sourcelist=/run/secrets/apt-sources -o Dir::Etc::sourceparts=- -o Dir::Etc::netrc=/run/secrets/apt-auth -o Acquire::https::CAInfo=/tmp/ca.pem install -qy --no-install-recommends docker-registry && \
    rm -rf /var/log/* /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old /var/lib/dpkg/*-old
COPY --chmod=0644 <<"MORGAN_EOF" /etc/registry.yml
version: 0.1
log:
  level: warn
storage:
  filesystem:
    rootdirectory: /var/lib/registry
  delete:
    enabled: true
http:
  addr: :5000
MORGAN_EOF
RUN mkdir -p /var/lib/registry && \
    chown -R 10002:10002 /var/lib/registry
USER 10002:10002
ENTRYPOINT ["docker-registry","serve","/etc/registry.yml"]
CMD []
