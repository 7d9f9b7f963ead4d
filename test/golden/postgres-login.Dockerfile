FROM debian
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
    useradd --system --uid 999 --user-group --home-dir /var/lib/postgresql postgres && \
    apt-get -o Dir::Etc::sourcelist=/run/secrets/apt-sources -o Dir::Etc::sourceparts=- -o Dir::Etc::netrc=/run/secrets/apt-auth -o Acquire::https::CAInfo=/tmp/ca.pem update -q && \
    DEBIAN_FRONTEND=noninteractive apt-get -o Dir::Etc::sourcelist=/run/secrets/apt-sources -o Dir::Etc::sourceparts=- -o Dir::Etc::netrc=/run/secrets/apt-auth -o Acquire::https::CAInfo=/tmp/ca.pem install -qy --no-install-recommends postgresql-15 && \
    rm -rf /var/lib/postgresql/15 && \
    rm -r /usr/lib/postgresql/15/lib/bitcode /usr/lib/postgresql/15/lib/llvmjit* /usr/lib/*/libLLVM-* /usr/lib/*/libz3.so* && \
    mkdir -p /var/lib/postgresql/data /var/run/postgresql && \
    chown -R 999:999 /var/lib/postgresql /var/run/postgresql && \
    chmod 0700 /var/lib/postgresql/data && \
    rm -rf /var/log/* /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old /var/lib/dpkg/*-old
ENV PATH="/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin"
COPY --chmod=0755 <<"MORGAN_EOF" /usr/local/bin/docker-entrypoint.sh
#!/bin/sh
set -eu
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  new="$PGDATA.new"
  rm -rf "$new"
  initdb --pgdata="$new" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  echo "host all all all scram-sha-256" >>"$new/pg_hba.conf"
  echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -D "$new" postgres
  mv "$new" "$PGDATA"
fi
exec "$@"
MORGAN_EOF
STOPSIGNAL SIGINT
USER 999:999
ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]
CMD ["postgres"]
