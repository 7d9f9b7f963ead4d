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
    DEBIAN_FRONTEND=noninteractive apt-get -o Dir::Etc::sourcelist=/run/secrets/apt-sources -o Dir::Etc::sourceparts=- -o Dir::Etc::netrc=/run/secrets/apt-auth -o Acquire::https::CAInfo=/tmp/ca.pem install -qy --no-install-recommends docker-registry haproxy && \
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
COPY --chmod=0644 <<"MORGAN_EOF" /etc/registry-guard.cfg
global
  log stdout format raw local0 warning
  maxconn 400

defaults
  mode http
  log global
  option disable-h2-upgrade
  timeout connect 5s
  timeout http-request 10s
  timeout client 10m
  timeout server 10m

frontend guard
  bind ipv4@:5000
  acl reads method GET HEAD
  acl writer req.hdr(authorization),sha2(256),hex -m str "${MORGAN_WRITER_DIGEST}"
  http-request return status 401 content-type application/json string '{"errors":[{"code":"UNAUTHORIZED","message":"only the builds of its own stack write to this registry"}]}' hdr www-authenticate 'Basic realm="morgan"' hdr docker-distribution-api-version registry/2.0 if !reads !writer
  default_backend registry

backend registry
  server registry 127.0.0.1:5001
MORGAN_EOF
COPY --chmod=0755 <<"MORGAN_EOF" /usr/local/bin/guarded-registry
#!/bin/bash
trap 'kill $(jobs -p)' TERM
REGISTRY_HTTP_ADDR=127.0.0.1:5001 docker-registry serve /etc/registry.yml &
haproxy -db -f /etc/registry-guard.cfg &
wait -n
code=$?
kill $(jobs -p) 2>/dev/null
wait
exit $code
MORGAN_EOF
RUN mkdir -p /var/lib/registry && \
    chown -R 10002:10002 /var/lib/registry
USER 10002:10002
CMD ["docker-registry","serve","/etc/registry.yml"]
