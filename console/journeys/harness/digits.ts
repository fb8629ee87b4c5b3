// The data of the journeys: handwritten digits as scikit-learn has them, written as PNG files by the demo's own code,
// and the example's training code beside them.
import { execFile } from "node:child_process";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { python, repository } from "./server.ts";

const write = `
import itertools, json, pathlib, sys
from maquette.cli.demo import digits
folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
(folder / "images").mkdir(parents=True)
truth = {}
for name, content, label in itertools.islice(digits(), count):
    (folder / "images" / f"{label}-{name}").write_bytes(content)
    truth[f"{label}-{name}"] = label
name, content, label = next(itertools.islice(digits(), count, None))
(folder / "held-out.png").write_bytes(content)
(folder / "truth.json").write_text(json.dumps(truth))
`;

export interface Digits {
  /** A folder called "images" with one PNG file for each digit, its label first in the name: 7-0017.png. */
  images: string;
  /** A folder called "digits" with the example's code. */
  code: string;
  /** A picture that is not in the folder. */
  heldOut: string;
  /** From file name to label. */
  truth: Record<string, string>;
}

export async function makeDigits(folder: string, count: number): Promise<Digits> {
  await promisify(execFile)(python, ["-c", write, folder, String(count)]);
  const code = join(folder, "digits");
  await cp(join(repository, "examples", "digits"), code, {
    recursive: true,
    filter: (path) => !path.endsWith("__pycache__"),
  });
  const truth = JSON.parse(await readFile(join(folder, "truth.json"), "utf8")) as Record<string, string>;
  return { images: join(folder, "images"), code, heldOut: join(folder, "held-out.png"), truth };
}
