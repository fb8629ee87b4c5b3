// The twelve types of dataset, by the contract's numbers: what their samples are, which labels they take and what they
// are imported from. The server decides the same of every request; here it decides what a page offers. Pure.

export const scenes = ["image", "audio", "text", "table", "video", "free"] as const;
/** What the samples are, as the guide's "labelling scene" groups the types. */
export type Scene = (typeof scenes)[number];

/** What one annotation says beyond its label. */
export type Shape = "class" | "geometry" | "span" | "triplet" | "content" | "segment" | "none";

export const importFormats = ["dir", "manifest", "coco", "yolo", "labelstudio", "csv", "jsonl"] as const;
export type ImportFormat = (typeof importFormats)[number];

export interface DatasetType {
  readonly number: number;
  readonly key: TypeKey;
  readonly scene: Scene;
  readonly shape: Shape;
  /** Endings of the sample files, lower case; null takes every file. */
  readonly media: readonly string[] | null;
  readonly formats: readonly ImportFormat[];
}

export type TypeKey =
  | "imageClassification"
  | "objectDetection"
  | "imageSegmentation"
  | "soundClassification"
  | "speechContent"
  | "speechSegmentation"
  | "textClassification"
  | "namedEntities"
  | "textTriplets"
  | "table"
  | "video"
  | "free";

/** The contract's label type of the entities of triplets; every other label has the number of its dataset's type. */
export const tripletEntity = 103;

const images = [".jpg", ".jpeg", ".png", ".bmp"];
const sounds = [".wav"];
const texts = [".txt"];

function type(number: number, key: TypeKey, scene: Scene, shape: Shape, media: DatasetType["media"], formats: ImportFormat[]): DatasetType {
  return { number, key, scene, shape, media, formats };
}

export const datasetTypes: readonly DatasetType[] = [
  type(0, "imageClassification", "image", "class", images, ["dir", "manifest", "labelstudio"]),
  type(1, "objectDetection", "image", "geometry", images, ["dir", "manifest", "coco", "yolo", "labelstudio"]),
  type(3, "imageSegmentation", "image", "geometry", images, ["dir", "manifest", "coco", "yolo", "labelstudio"]),
  type(200, "soundClassification", "audio", "class", sounds, ["dir", "manifest", "labelstudio"]),
  type(201, "speechContent", "audio", "content", sounds, ["dir", "manifest", "labelstudio"]),
  type(202, "speechSegmentation", "audio", "segment", sounds, ["dir", "manifest", "labelstudio"]),
  type(100, "textClassification", "text", "class", texts, ["dir", "manifest", "csv", "jsonl", "labelstudio"]),
  type(101, "namedEntities", "text", "span", texts, ["dir", "manifest", "jsonl", "labelstudio"]),
  type(102, "textTriplets", "text", "triplet", texts, ["dir", "manifest", "jsonl", "labelstudio"]),
  type(400, "table", "table", "none", [".csv"], ["dir"]),
  type(600, "video", "video", "geometry", [".mp4"], ["dir", "manifest", "labelstudio"]),
  type(900, "free", "free", "none", null, ["dir", "manifest"]),
];

const free = datasetTypes[datasetTypes.length - 1] as DatasetType;

/** The type behind a number. One that this console does not know is shown as files without labels. */
export function typeOf(number: number): DatasetType {
  return datasetTypes.find((each) => each.number === number) ?? free;
}

export function typesOf(scene: Scene): readonly DatasetType[] {
  return datasetTypes.filter((each) => each.scene === scene);
}

/** Whether samples carry labels with names: a content is only said, tables and files carry nothing. */
export function hasLabels({ shape }: DatasetType): boolean {
  return shape !== "none" && shape !== "content";
}

/** Whether samples are annotated at all, and so divided into labelled and unlabelled ones. */
export function isAnnotated({ shape }: DatasetType): boolean {
  return shape !== "none";
}

/** Whether labels are put on whole samples, which needs no workbench. */
export function isClassified({ shape }: DatasetType): boolean {
  return shape === "class";
}

/** Whether objects of a label have attributes of their own: the guide gives them to object detection. */
export function hasAttributes({ key }: DatasetType): boolean {
  return key === "objectDetection";
}

const splitting: readonly TypeKey[] = ["imageClassification", "objectDetection", "textClassification", "soundClassification"];

/** Whether a version may be divided into a training and a validation set: the guide's table 2-28. */
export function isSplit({ key }: DatasetType): boolean {
  return splitting.includes(key);
}

/** Whether a version tells hard examples from others. */
export function tellsHard({ key }: DatasetType): boolean {
  return key === "imageClassification" || key === "objectDetection";
}

const mebibyte = 1024 * 1024;

/** The largest sample file, in bytes, as the server is set up by default. */
export function mostBytes({ scene }: DatasetType): number {
  return scene === "image" ? 25 * mebibyte : 5 * 1024 * mebibyte;
}

/** The files that can become samples, and those that cannot. */
export function splitFiles<T extends { name: string; size: number }>(files: readonly T[], of: DatasetType): { accepted: T[]; refused: T[] } {
  const fits = ({ name, size }: T) =>
    size > 0 && size <= mostBytes(of) && (of.media === null || of.media.some((ending) => name.toLowerCase().endsWith(ending)));
  return { accepted: files.filter(fits), refused: files.filter((file) => !fits(file)) };
}
