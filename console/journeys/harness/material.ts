// Data of several types for the journeys: pictures with PASCAL VOC files, texts, recordings and a table, made on the spot.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { python } from "./server.ts";

const write = `
import math, pathlib, struct, sys, wave
from PIL import Image, ImageDraw
folder = pathlib.Path(sys.argv[1]) / "material"
box = "<bndbox><xmin>{0}</xmin><ymin>{1}</ymin><xmax>{2}</xmax><ymax>{3}</ymax></bndbox>"
entry = "<object><name>{0}</name>{1}</object>"
page = "<annotation><size><width>320</width><height>240</height><depth>3</depth></size>{0}</annotation>"
street = folder / "street"
street.mkdir(parents=True)
for number in range(int(sys.argv[2])):
    picture = Image.new("RGB", (320, 240), (60 + number * 13 % 120, 90, 110))
    draw, objects = ImageDraw.Draw(picture), ""
    for place, (name, color) in enumerate((("car", "#d8d3c0"), ("car", "#a8c0d8"), ("traffic light", "#5fae62"))):
        corners = (20 + place * 95 + number % 7 * 3, 60 + place * 22, 90 + place * 95, 130 + place * 26)
        draw.rectangle(corners, fill=color)
        objects += entry.format(name, box.format(*corners))
    picture.save(street / f"street-{number:02}.png")
    if number:
        (street / f"street-{number:02}.xml").write_text(page.format(objects))
(street / "street-00.xml").write_text(page.format("<object></object>"))
for name in ("texts", "sounds/bell", "tables", "files"):
    (folder / name).mkdir(parents=True)
lines = ("The bridge is closed until the end of the week. " * (1 + number % 4) for number in range(40))
(folder / "texts" / "news.txt").write_text("".join(f"{line}\\ttraffic\\n" for line in lines))
rows = "".join(f"{number},Shop {number % 5},{number * 1.5:.2f}\\n" for number in range(150))
(folder / "tables" / "sales.csv").write_text("id,shop,amount\\n" + rows)
(folder / "files" / "notes.pdf").write_bytes(b"%PDF-1.4")
for number in range(6):
    with wave.open(str(folder / "sounds" / "bell" / f"bell-{number}.wav"), "wb") as sound:
        sound.setnchannels(1); sound.setsampwidth(2); sound.setframerate(8000)
        sound.writeframes(b"".join(struct.pack("<h", int(8000 * math.sin(step / 4))) for step in range(8000)))
print(sum(1 for path in folder.rglob("*") if path.is_file()))
`;

export interface Material {
  /** A folder called "material" with the folders street, texts, sounds, tables and files. */
  folder: string;
  files: number;
  /** Pictures in street; the VOC file of the first one holds an empty object. */
  pictures: number;
}

export async function makeMaterial(place: string, pictures: number): Promise<Material> {
  const { stdout } = await promisify(execFile)(python, ["-c", write, place, String(pictures)]);
  return { folder: `${place}/material`, files: Number(stdout), pictures };
}
