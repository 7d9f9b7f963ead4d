import { expect } from "chai";
import { COMPATIBILITY } from "../../../components/gpu/compatibility.ts";
import { CUDA_VERSIONS } from "../../../components/catalog/cuda-version.ts";
import { readShipped } from "../support/shipped.ts";

describe("the compatibility table", () => {
  for (const version of CUDA_VERSIONS) {
    it(`is about the packages that are locked for CUDA ${version}`, () => {
      const pinned = {
        torch: readShipped(`requirements/torch-${version}.in`),
        ctranslate2: readShipped(`requirements/stt-${version}.txt`),
      };
      for (const { name, version: expected } of COMPATIBILITY[version].packages) {
        const found = new RegExp(String.raw`^${name}==([^\s\\;]+)`, "m").exec(pinned[name])?.[1];
        expect(found, name).to.equal(expected);
      }
    });
  }
});
