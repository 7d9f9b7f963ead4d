# Lets mmdebstrap reach Debian's packages through a company's network; nothing of it stays in the root file system.
# Environment: MORGAN_CA_FILE, MORGAN_APT_AUTH_FILE, MORGAN_PROXY, MORGAN_NO_PROXY; each may be empty.

# Without root, mmdebstrap runs its hooks and apt as another user, who cannot open the files of this one. They read the
# files that are open already: certificates as 7, logins as 8.
add_access='umask 077
apt="$1/etc/apt"
mkdir "$apt/morgan"
cat <&7 >"$apt/morgan/ca.pem"
cat <&8 >"$apt/morgan/auth.conf"
exec >"$apt/apt.conf.d/99morgan-access"
# The files are for root alone, so that apt must not read as another user.
echo "APT::Sandbox::User \"root\";"
if [ -s "$apt/morgan/ca.pem" ]; then echo "Acquire::https::CAInfo \"$apt/morgan/ca.pem\";"; fi
if [ -s "$apt/morgan/auth.conf" ]; then echo "Dir::Etc::netrc \"$apt/morgan/auth.conf\";"; fi'

mmdebstrap() {
  local hooks=() certificates=/dev/null
  if [ -n "$MORGAN_CA_FILE" ]; then
    certificates="$work/ca.pem"
    cat /etc/ssl/certs/ca-certificates.crt >"$certificates" 2>/dev/null || true
    cat "$MORGAN_CA_FILE" >>"$certificates"
  fi
  if [ -n "$MORGAN_CA_FILE$MORGAN_APT_AUTH_FILE" ]; then
    hooks=(--setup-hook="$add_access"
      --customize-hook='rm -r "$1/etc/apt/morgan" "$1/etc/apt/apt.conf.d/99morgan-access"')
  fi
  if [ -n "$MORGAN_PROXY" ]; then
    export http_proxy="$MORGAN_PROXY" https_proxy="$MORGAN_PROXY" no_proxy="$MORGAN_NO_PROXY"
  fi
  command mmdebstrap "${hooks[@]}" "$@" 7<"$certificates" 8<"${MORGAN_APT_AUTH_FILE:-/dev/null}"
}
