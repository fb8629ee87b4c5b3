import { QueryClient } from "@tanstack/react-query";
import { act, render, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Sample } from "./labelling";
import { SampleList } from "./sampleList";
import { useListFact } from "./useSamples";

it("draws what reads the total once, and what shows samples with every chunk", async () => {
  const drawn = { head: 0, grid: 0 };
  const samples = Array.from({ length: 100 }, (_, place) => ({ sample_id: `s${place}` }) as Sample);
  const list = new SampleList(new QueryClient(), ["list"], async () => ({ sample_count: 900, samples }));
  function Head() {
    drawn.head += 1;
    return <h1>{useListFact(list, "total")}</h1>;
  }
  function Grid() {
    drawn.grid += 1;
    useListFact(list, "version");
    return <p>{list.at(500)?.sample_id ?? "nothing yet"}</p>;
  }
  render(
    <>
      <Head />
      <Grid />
    </>,
  );
  await screen.findByText("900");
  const before = { ...drawn };
  act(() => list.look(500, 520));
  await waitFor(() => expect(screen.queryByText("s0")).not.toBeNull());
  expect(drawn.head).toBe(before.head);
  expect(drawn.grid).toBeGreaterThan(before.grid);
});
