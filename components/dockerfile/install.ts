import { INDEX_NAMES, type PackageSources } from "../network/profile.ts";
import type { Instruction, Mount } from "./instruction.ts";

/** A RUN, to which a recipe may add what belongs in the same layer. */
type Run = Extract<Instruction, { readonly kind: "run" }>;

/** Where the Python environment of every image lies. */
export const VENV = "/opt/venv";

/** Every certificate that a build trusts, put together for one RUN on a tmpfs, so that no layer holds it. */
const BUNDLE = "/tmp/ca.pem";
const JOIN_BUNDLE = `cat /etc/ssl/certs/ca-certificates.crt /run/secrets/ca >${BUNDLE}`;

/** The tests of wheels, 14 MB in numpy's alone, which no program imports. */
const REMOVE_TESTS = `find ${VENV}/lib -type d -name tests -prune -exec rm -r {} +`;

/**
 * Installs Debian packages. Package lists and archives live in cache mounts; logs and what dpkg and ldconfig keep for
 * themselves are removed, because they hold the time of the build. Commands `before` and `after` share the layer.
 */
export function installDebianPackages(
  packages: readonly string[],
  sources: PackageSources,
  around: { readonly before?: readonly string[]; readonly after?: readonly string[] } = {},
): Instruction {
  const options = [
    ...(sources.aptMirror ? ["Dir::Etc::sourcelist=/run/secrets/apt-sources", "Dir::Etc::sourceparts=-"] : []),
    ...(sources.aptLogin ? ["Dir::Etc::netrc=/run/secrets/apt-auth"] : []),
    ...(sources.certificates ? ["Acquire::https::CAInfo=/run/secrets/ca"] : []),
  ];
  const apt = ["apt-get", ...options.map((option) => `-o ${option}`)].join(" ");
  const mounts: Mount[] = [
    { type: "cache", id: "apt-archives", target: "/var/cache/apt", sharing: "locked" },
    { type: "cache", id: "apt-lists", target: "/var/lib/apt", sharing: "locked" },
    ...(sources.aptMirror ? [secret("apt-sources")] : []),
    ...(sources.aptLogin ? [secret("apt-auth")] : []),
    // apt asks a mirror as a user that may read nothing of root's. Debian's own needs no certificate.
    ...(sources.certificates ? [sources.aptMirror ? readable("ca") : secret("ca")] : []),
  ];
  return {
    kind: "run",
    mounts,
    commands: [
      ...(around.before ?? []),
      `${apt} update -q`,
      `DEBIAN_FRONTEND=noninteractive ${apt} install -qy --no-install-recommends ${packages.join(" ")}`,
      ...(around.after ?? []),
      "rm -rf /var/log/* /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old /var/lib/dpkg/*-old",
    ],
  };
}

/**
 * Installs a hash-locked requirements file of the build context into the virtual environment, from wheels alone. uv
 * comes from the named context `tools` and is gone with the RUN; so is the file.
 */
export function installRequirements(file: string, sources: PackageSources, first: readonly string[] = []): Run {
  const uv = [
    `VIRTUAL_ENV=${VENV}`,
    ...(sources.certificates ? [`SSL_CERT_FILE=${BUNDLE}`] : []),
    // By itself uv takes a package from the first index that knows its name. Every one is pinned by its hash.
    ...(sources.pypiExtraIndex ? ["UV_INDEX_STRATEGY=unsafe-best-match"] : []),
    `/run/uv pip install --require-hashes --no-deps --only-binary :all: -r /run/requirements.txt`,
  ];
  return {
    kind: "run",
    mounts: [
      { type: "bind", from: "tools", source: "/uv", target: "/run/uv" },
      { type: "bind", source: file, target: "/run/requirements.txt" },
      { type: "cache", id: "uv", target: "/root/.cache/uv", sharing: "shared" },
      { type: "tmpfs", target: "/tmp" },
      ...(sources.certificates ? [secret("ca")] : []),
      ...(sources.pypiIndex ? [variable("pypi-index", "UV_DEFAULT_INDEX")] : []),
      ...(sources.pypiExtraIndex ? [variable("pypi-extra-index", "UV_INDEX")] : []),
      ...(sources.pypiLogin === "none" ? [] : indexLogin(INDEX_NAMES.index)),
      ...(sources.pypiLogin === "both" ? indexLogin(INDEX_NAMES.extraIndex) : []),
    ],
    commands: [...(sources.certificates ? [JOIN_BUNDLE] : []), ...first, uv.join(" "), REMOVE_TESTS],
  };
}

/**
 * The same RUN without files that wheels bring and no service reads: paths below site-packages, `*` for any part of a
 * name. A later layer would only hide them. A path that is not there is no mistake: one list serves several stages.
 */
export function withoutFiles(install: Run, paths: readonly string[]): Run {
  const remove = [`cd ${VENV}/lib/python3*/site-packages`, `rm -rf ${paths.join(" ")}`];
  return { ...install, commands: [...install.commands, ...remove] };
}

function secret(id: string): Mount {
  return { type: "secret", id };
}

function readable(id: string): Mount {
  return { type: "secret", id, mode: "0444" };
}

function variable(id: string, environment: string): Mount {
  return { type: "secret", id, environment };
}

/** uv reads the log-in of an index from variables that are called after it, so that no URL holds one. */
function indexLogin(index: string): Mount[] {
  const name = `UV_INDEX_${index.toUpperCase()}`;
  return [variable("pypi-user", `${name}_USERNAME`), variable("pypi-password", `${name}_PASSWORD`)];
}
