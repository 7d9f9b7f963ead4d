import { CERTIFICATE_SECRETS } from "../network/certificates.ts";
import { INDEX_NAMES, type PackageSources } from "../network/profile.ts";
import type { Instruction, Mount } from "./instruction.ts";

/** A RUN. A recipe may add commands to it that belong in the same layer. */
type Run = Extract<Instruction, { readonly kind: "run" }>;

/** Folder of the Python environment in every image. */
export const VENV = "/opt/venv";

/** File with every certificate that a build trusts. It exists during one RUN, on a tmpfs, so no layer contains it. */
const BUNDLE = "/tmp/ca.pem";
/** A file may be missing: the first stage has no public certificates yet, and a build may get no secret. */
const JOIN_BUNDLE = `cat /etc/ssl/certs/ca-certificates.crt /run/secrets/ca* >${BUNDLE} 2>/dev/null || true`;
/** Every Dockerfile mounts them, so that a machine with private CAs and one without them build the same image. */
const CERTIFICATES: readonly Mount[] = CERTIFICATE_SECRETS.map((id) => secret(id));

/** Removes the tests in wheels, which no program imports. */
const REMOVE_TESTS = `find ${VENV}/lib -type d -name tests -prune -exec rm -r {} +`;

/**
 * Installs Debian packages. Package lists and archives are in cache mounts. Logs and the caches of dpkg and ldconfig
 * are removed, because they contain the time of the build. Commands `before` and `after` run in the same layer.
 */
export function installDebianPackages(
  packages: readonly string[],
  sources: PackageSources,
  around: { readonly before?: readonly string[]; readonly after?: readonly string[] } = {},
): Instruction {
  const apt = aptGet(sources);
  return {
    kind: "run",
    debian: packages,
    mounts: aptMounts(sources),
    commands: [
      JOIN_BUNDLE,
      ...(around.before ?? []),
      `${apt} update -q`,
      `DEBIAN_FRONTEND=noninteractive ${apt} install -qy --no-install-recommends ${packages.join(" ")}`,
      ...(around.after ?? []),
      "rm -rf /var/log/* /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old /var/lib/dpkg/*-old",
    ],
  };
}

/**
 * Writes what apt would upgrade in an image into a file, and upgrades nothing. In an image without apt the file is
 * empty. Without `after`, a file of another stage, the lists of packages are read again.
 */
export function simulateUpgrade(
  file: string,
  sources: PackageSources,
  after?: { readonly stage: string; readonly file: string },
): Instruction {
  const apt = aptGet(sources);
  // By default apt 2.6 only warns of a mirror without an answer, and goes on with older lists.
  const update = after === undefined ? `${apt} -o APT::Update::Error-Mode=any update -q && ` : "";
  return {
    kind: "run",
    mounts: [
      ...aptMounts(sources),
      // A stage that mounts a file of another waits for it, so that the lists are there.
      ...(after === undefined
        ? []
        : [{ type: "bind", from: after.stage, source: after.file, target: "/run/after" } as const]),
    ],
    commands: [
      JOIN_BUNDLE,
      `: >${file}`,
      `if command -v apt-get >/dev/null; then ${update}${apt} -s -q dist-upgrade >${file}; fi`,
    ],
  };
}

/** Returns the call of apt-get with the options for a company's network. */
function aptGet(sources: PackageSources): string {
  const options = [
    ...(sources.aptMirror ? ["Dir::Etc::sourcelist=/run/secrets/apt-sources", "Dir::Etc::sourceparts=-"] : []),
    ...(sources.aptLogin ? ["Dir::Etc::netrc=/run/secrets/apt-auth"] : []),
    `Acquire::https::CAInfo=${BUNDLE}`,
  ];
  return ["apt-get", ...options.map((option) => `-o ${option}`)].join(" ");
}

function aptMounts(sources: PackageSources): Mount[] {
  return [
    { type: "cache", id: "apt-archives", target: "/var/cache/apt", sharing: "locked" },
    { type: "cache", id: "apt-lists", target: "/var/lib/apt", sharing: "locked" },
    ...(sources.aptMirror ? [secret("apt-sources")] : []),
    ...(sources.aptLogin ? [secret("apt-auth")] : []),
    // apt 2.6 connects to a mirror as the user _apt, who can read the bundle but not the secrets.
    { type: "tmpfs", target: "/tmp" },
    ...CERTIFICATES,
  ];
}

/**
 * Installs a hash-locked requirements file of the build context into the virtual environment, from wheels only. The RUN
 * mounts the file, and uv from the named context `tools`, so no layer contains either. Commands `first` run before.
 */
export function installRequirements(file: string, sources: PackageSources, first: readonly string[] = []): Run {
  const uv = [
    `VIRTUAL_ENV=${VENV}`,
    `SSL_CERT_FILE=${BUNDLE}`,
    // By default uv 0.13 takes a package from the first index that has its name. A hash pins every package.
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
      ...CERTIFICATES,
      ...(sources.pypiIndex ? [variable("pypi-index", "UV_DEFAULT_INDEX")] : []),
      ...(sources.pypiExtraIndex ? [variable("pypi-extra-index", "UV_INDEX")] : []),
      ...(sources.pypiLogin === "none" ? [] : indexLogin(INDEX_NAMES.index)),
      ...(sources.pypiLogin === "both" ? indexLogin(INDEX_NAMES.extraIndex) : []),
    ],
    commands: [JOIN_BUNDLE, ...first, uv.join(" "), REMOVE_TESTS],
  };
}

/**
 * Returns the same RUN, which at its end removes files that no service reads: paths below site-packages, `*` for any
 * part of a name. A later layer would only hide the files. A path may be missing, because one list serves several
 * stages.
 */
export function withoutFiles(install: Run, paths: readonly string[]): Run {
  const remove = [`cd ${VENV}/lib/python3*/site-packages`, `rm -rf ${paths.join(" ")}`];
  return { ...install, commands: [...install.commands, ...remove] };
}

function secret(id: string): Mount {
  return { type: "secret", id };
}

function variable(id: string, environment: string): Mount {
  return { type: "secret", id, environment };
}

/** Mounts the login of an index as the variables from which uv 0.13 reads it, so that no URL contains the login. */
function indexLogin(index: string): Mount[] {
  const name = `UV_INDEX_${index.toUpperCase()}`;
  return [variable("pypi-user", `${name}_USERNAME`), variable("pypi-password", `${name}_PASSWORD`)];
}
