import { expect } from "chai";
import { describePlan, placeServices, type Demand, type Device } from "../../../components/gpu/placement.ts";

const gpu = (id: string, totalMiB: number, othersMiB = 0): Device => ({
  id,
  names: [id],
  name: "",
  totalMiB,
  othersMiB,
});
const wants = (service: string, vramMiB: number, current?: string): Demand => ({ service, vramMiB, current });

/** Where each service goes: "stt: 0 create-first". */
const plan = (devices: readonly Device[], demands: readonly Demand[]): string[] =>
  [...placeServices(devices, demands).placements].map(
    ([service, { device, rollout }]) => `${service}: ${device} ${rollout}`,
  );

describe("the placement of services on GPUs", () => {
  it("places the largest service first, on the GPU with most free memory", () => {
    const demands = [wants("tts", 2048), wants("stt", 5120)];
    expect(plan([gpu("0", 8192), gpu("1", 24_576)], demands)).to.deep.equal([
      "tts: 1 create-first",
      "stt: 1 create-first",
    ]);
    expect(plan([gpu("0", 8192), gpu("1", 8192)], demands)).to.deep.equal([
      "tts: 1 create-first",
      "stt: 0 create-first",
    ]);
    const four = ["0", "1", "2", "3"].map((id) => gpu(id, 8192));
    const many = ["a", "b", "c", "d"].map((service) => wants(service, 5120));
    expect(new Set(plan(four, many).map((line) => line.slice(3, 4)))).to.have.property("size", 4);
  });

  it("keeps a running service on its GPU", () => {
    const gpus = [gpu("0", 24_576), gpu("1", 24_576)];
    expect(plan(gpus, [wants("stt", 5120, "1"), wants("tts", 2048, "1")])).to.deep.equal([
      "stt: 1 create-first",
      "tts: 1 create-first",
    ]);
  });

  it("keeps a running service if others took memory since, and replaces it stop-first", () => {
    expect(plan([gpu("0", 8192, 6000), gpu("1", 8192)], [wants("stt", 5120, "0")])).to.deep.equal([
      "stt: 0 stop-first",
    ]);
  });

  it("moves a service whose GPU is gone", () => {
    expect(plan([gpu("1", 8192)], [wants("stt", 5120, "0")])).to.deep.equal(["stt: 1 stop-first"]);
  });

  it("replaces a service stop-first only if two containers do not fit", () => {
    const demands = [wants("tts", 2048, "0"), wants("stt", 5120, "0")];
    expect(plan([gpu("0", 9216)], demands)).to.deep.equal(["tts: 0 create-first", "stt: 0 stop-first"]);
    expect(plan([gpu("0", 14_336)], demands)).to.deep.equal(["tts: 0 create-first", "stt: 0 create-first"]);
    const alike = [wants("a", 1000, "0"), wants("b", 1000, "0")];
    expect(plan([gpu("0", 3500)], alike), "one second container at a time").to.deep.equal([
      "a: 0 create-first",
      "b: 0 stop-first",
    ]);
    expect(plan([gpu("0", 7168)], demands)).to.deep.equal(["tts: 0 stop-first", "stt: 0 stop-first"]);
  });

  it("names the services that do not fit", () => {
    const { unplaced } = placeServices([gpu("0", 6000)], [wants("tts", 2048), wants("stt", 5120)]);
    expect(unplaced.map(({ service }) => service)).to.deep.equal(["tts"]);
    expect(placeServices([], [wants("tts", 1)]).unplaced).to.have.length(1);
    expect(placeServices([gpu("0", 8192, 4000)], [wants("stt", 5120)]).unplaced, "others' memory").to.have.length(1);
  });

  it("is shown as a table of GPUs, services and free memory", () => {
    const devices = [{ ...gpu("0", 24_576, 1000), name: "NVIDIA A10" }, gpu("GPU-1", 8192)];
    const text = describePlan(devices, placeServices(devices, [wants("stt", 5120), wants("tts", 2048)]));
    expect(text.split("\n")).to.deep.equal([
      "GPU             MiB    others  services            free",
      "0 (NVIDIA A10)  24576  1000    stt 5120, tts 2048  16408",
      "GPU-1           8192   0       -                   8192",
    ]);
  });
});
