import type { MorganConfig } from "./config.ts";

/** Which of a company's own package sources a build has to use; what they are comes to it as BuildKit secrets. */
export interface PackageSources {
  /** An apt mirror is configured: secret `apt-sources`, a file in the format of sources.list. */
  readonly aptMirror: boolean;
  /** A Python package index is configured: secret `pypi-index`, its URL. */
  readonly pypiIndex: boolean;
  /** Certificates of private authorities are trusted: secret `ca`, a PEM bundle of them. */
  readonly certificates: boolean;
}

type Configured = Pick<MorganConfig, "aptMirror" | "pypiIndex" | "certificates">;

/** Which sources a configuration names. */
export function packageSources(config: Configured): PackageSources {
  return {
    aptMirror: config.aptMirror !== "",
    pypiIndex: config.pypiIndex !== "",
    certificates: config.certificates !== "",
  };
}

/** The secrets that builds get for the sources of a configuration, by id. */
export function buildSecrets(config: Configured): Readonly<Record<string, string>> {
  return {
    ...(config.aptMirror === "" ? {} : { "apt-sources": `deb ${config.aptMirror} bookworm main\n` }),
    ...(config.pypiIndex === "" ? {} : { "pypi-index": config.pypiIndex }),
    ...(config.certificates === "" ? {} : { ca: config.certificates }),
  };
}
