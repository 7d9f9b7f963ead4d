# Lets mmdebstrap reach Debian's packages through a company's network; nothing of it stays in the root file system.
# Environment: MORGAN_CA_FILE, MORGAN_APT_AUTH_FILE, MORGAN_PROXY, MORGAN_NO_PROXY; each may be empty.
mmdebstrap() {
  local hooks=()
  mkdir -m 0700 "$work/apt"
  if [ -n "$MORGAN_CA_FILE" ]; then
    cat /etc/ssl/certs/ca-certificates.crt >"$work/apt/ca.pem" 2>/dev/null || true
    cat "$MORGAN_CA_FILE" >>"$work/apt/ca.pem"
    printf 'Acquire::https::CAInfo "%s";\n' "$work/apt/ca.pem" >>"$work/apt/conf"
  fi
  if [ -n "$MORGAN_APT_AUTH_FILE" ]; then
    printf 'Dir::Etc::netrc "%s";\n' "$MORGAN_APT_AUTH_FILE" >>"$work/apt/conf"
  fi
  if [ -e "$work/apt/conf" ]; then
    # The folder is the user's alone, so that apt must not read as another one.
    printf 'APT::Sandbox::User "root";\n' >>"$work/apt/conf"
    hooks=(--setup-hook='cp "$MORGAN_APT_CONF" "$1/etc/apt/apt.conf.d/99morgan-access"'
      --customize-hook='rm "$1/etc/apt/apt.conf.d/99morgan-access"')
  fi
  if [ -n "$MORGAN_PROXY" ]; then
    export http_proxy="$MORGAN_PROXY" https_proxy="$MORGAN_PROXY" no_proxy="$MORGAN_NO_PROXY"
  fi
  MORGAN_APT_CONF="$work/apt/conf" command mmdebstrap "${hooks[@]}" "$@"
}
