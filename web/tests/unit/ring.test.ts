import { describe, expect, it } from "vitest";
import { LiveEdge } from "../../src/audio/edge";
import { DEFAULT_RING, Ring } from "../../src/audio/ring";

const BLOCK = 128;
const PACKET = 960;

/** Writes `count` packets of a sine from a position on; returns the position after them. */
function feed(ring: Ring, from: number, count: number): number {
  for (let p = 0; p < count; p++) {
    const at = from + p * PACKET;
    const sine = Float32Array.from({ length: PACKET }, (_, i) => Math.sin((at + i) * 0.05));
    ring.write(at, sine, sine);
  }
  return from + count * PACKET;
}

function read(ring: Ring, blocks: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < blocks; i++) {
    const left = new Float32Array(BLOCK);
    ring.read(left, new Float32Array(BLOCK));
    for (const sample of left) out.push(sample);
  }
  return out;
}

describe("ring", () => {
  it("is silent until 200 ms wait, then plays what was written", () => {
    const ring = new Ring();
    feed(ring, 1_000_000, 9);
    expect(read(ring, 1).every((x) => x === 0)).toBe(true);
    feed(ring, 1_000_000 + 9 * PACKET, 1);
    const heard = read(ring, 8);
    expect(ring.playing).toBe(true);
    expect(ring.position).toBe(1_000_000 + 8 * BLOCK);
    expect(heard[1000]).toBeCloseTo(Math.sin((1_000_000 + 1000) * 0.05), 5);
  });

  it("counts an underrun, fades without a click and starts again", () => {
    const ring = new Ring();
    const end = feed(ring, 0, 10);
    const heard = read(ring, 80);
    expect(ring.underruns).toBe(1);
    expect(ring.playing).toBe(false);
    const steps = heard.slice(1).map((x, i) => Math.abs(x - (heard[i] ?? 0)));
    expect(Math.max(...steps)).toBeLessThan(0.06);
    const later = feed(ring, end, 11);
    read(ring, 1);
    expect(ring.playing, "more caution after an underrun").toBe(false);
    feed(ring, later, 2);
    read(ring, 1);
    expect(ring.playing).toBe(true);
    expect(ring.underruns).toBe(1);
  });

  it("jumps towards live when far behind", () => {
    const ring = new Ring();
    const end = feed(ring, 0, 10);
    read(ring, 1);
    feed(ring, end, 60);
    read(ring, 1);
    expect(ring.jumps).toBe(1);
    expect(ring.buffered).toBeLessThanOrEqual(DEFAULT_RING.start);
  });

  it("begins near live, whatever has piled up", () => {
    const ring = new Ring();
    const end = feed(ring, 0, 40);
    read(ring, 1);
    expect(ring.position).toBe(end - DEFAULT_RING.start + BLOCK);
    expect(ring.jumps).toBe(0);
  });

  it("hurries a little when the server's clock is fast, and stops hurrying", () => {
    const ring = new Ring({ ...DEFAULT_RING, trim: 0.02 });
    let end = feed(ring, 0, 10);
    read(ring, 1);
    end = feed(ring, end, 6);
    for (let packet = 0; packet < 400; packet++) {
      end = feed(ring, end, packet % 200 === 199 ? 2 : 1);
      read(ring, packet % 2 === 0 ? 7 : 8);
    }
    expect(ring.buffered).toBeLessThan(DEFAULT_RING.start + DEFAULT_RING.slack);
    expect(ring.underruns + ring.jumps).toBe(0);
    expect(ring.buffered).toBeGreaterThan(DEFAULT_RING.low);
    expect(Number.isInteger(ring.position)).toBe(true);
  });

  it("fills a lost packet with silence and starts anew after a long hole", () => {
    const ring = new Ring();
    feed(ring, 0, 10);
    feed(ring, 11 * PACKET, 2);
    expect(ring.buffered).toBe(13 * PACKET);
    feed(ring, 500_000, 1);
    expect(ring.position).toBe(500_000);
    expect(ring.buffered).toBe(PACKET);
  });

  it("survives a flood", () => {
    const ring = new Ring();
    feed(ring, 0, 500);
    read(ring, 10);
    expect(ring.playing).toBe(true);
    expect(ring.buffered).toBeLessThan(DEFAULT_RING.capacity);
  });
});

describe("live edge", () => {
  it("believes the fastest packet", () => {
    const edge = new LiveEdge();
    expect(edge.at(0)).toBeNull();
    edge.arrived(48_000, 1000);
    edge.arrived(48_000, 1100);
    expect(edge.at(1000)).toBeCloseTo(48_000);
    expect(edge.at(2000)).toBeCloseTo(96_000);
  });
});
