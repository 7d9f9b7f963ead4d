FROM registry.example.com/registry@sha256:0123
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
ENTRYPOINT ["registry","serve","/etc/registry.yml"]
CMD []
