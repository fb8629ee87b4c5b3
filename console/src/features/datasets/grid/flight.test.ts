import { describe, expect, it } from "vitest";
import { flown, landed, type Flight } from "./flight";

const height = 500;

/** Scroll on by `step` pixels, `times` times, every `every` ms. */
function scroll(from: Flight, step: number, times: number, every = 16): Flight {
  let flight = from;
  for (let done = 0; done < times; done += 1) flight = flown(flight, flight.top + step, flight.time + every, height);
  return flight;
}

describe("flight", () => {
  it("is neither a page key nor a wheel that is read by", () => {
    expect(scroll(landed, height, 1).flying).toBe(false);
    expect(scroll(landed, 30, 100).flying).toBe(false);
  });

  it("begins when nothing can be seen any more, and ends when it can be again", () => {
    const flying = scroll(landed, -90, 3);
    expect(flying.flying).toBe(true);
    expect(scroll(flying, -40, 5).flying).toBe(true);
    expect(scroll(flying, -20, 1).flying).toBe(false);
  });

  it("is a matter of speed, not of how many frames the machine makes of it", () => {
    expect(scroll(landed, 240, 10, 160).flying).toBe(false);
    expect(scroll(landed, 960, 10, 160).flying).toBe(true);
  });
});
