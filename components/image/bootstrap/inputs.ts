import type * as pulumi from "@pulumi/pulumi";

/** A value whose texts may come from other resources or be secrets. */
export type Inputs<T> = { readonly [K in keyof T]: T[K] extends string ? pulumi.Input<string> : Inputs<T[K]> };
