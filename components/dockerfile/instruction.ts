/** A mount of a RUN instruction. Mounted files do not become part of a layer. */
export type Mount =
  | { readonly type: "cache"; readonly id: string; readonly target: string; readonly sharing: "locked" | "shared" }
  | { readonly type: "bind"; readonly from?: string; readonly source: string; readonly target: string }
  | { readonly type: "secret"; readonly id: string; readonly mode?: "0444"; readonly environment?: string }
  | { readonly type: "tmpfs"; readonly target: string };

/** One instruction of a Dockerfile. Values are plain text. `renderDockerfile` quotes the values that need quotes. */
export type Instruction =
  | { readonly kind: "from"; readonly image: string }
  | {
      readonly kind: "run";
      readonly commands: readonly string[];
      readonly mounts?: readonly Mount[];
      /** Debian packages that the commands install, for the plan. */
      readonly debian?: readonly string[];
    }
  | { readonly kind: "copy"; readonly source: string; readonly destination: string; readonly mode?: "0755" }
  | { readonly kind: "add"; readonly source: string; readonly destination: string }
  | { readonly kind: "file"; readonly path: string; readonly mode: "0644" | "0755"; readonly content: string }
  | { readonly kind: "env"; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: "workdir"; readonly path: string }
  | { readonly kind: "user"; readonly user: string }
  | { readonly kind: "expose"; readonly port: number }
  | { readonly kind: "stopsignal"; readonly signal: string }
  | { readonly kind: "entrypoint"; readonly command: readonly string[] }
  | { readonly kind: "cmd"; readonly command: readonly string[] };
