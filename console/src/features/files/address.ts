// Keys, prefixes and addresses of stored objects: pure string work. The URL of an object's bytes is api/files.contentUrl.

export function obsAddress(bucket: string, key: string): string {
  return `obs://${bucket}/${key}`;
}

/** The last segment of a key or prefix: "a/b/" and "a/b" both give "b". */
export function baseName(key: string): string {
  const trimmed = key.endsWith("/") ? key.slice(0, -1) : key;
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** The prefixes from the top down to `prefix`: "a/b/" gives "a/", "a/b/". */
export function ancestors(prefix: string): string[] {
  const segments = prefix.split("/").slice(0, -1);
  return segments.map((_, index) => `${segments.slice(0, index + 1).join("/")}/`);
}

export type PreviewKind = "image" | "audio" | "video" | "text";

const kinds: Record<PreviewKind, string> = {
  image: "png jpg jpeg gif bmp webp avif",
  audio: "wav mp3 ogg flac m4a opus",
  video: "mp4 webm mov m4v",
  text: "txt md csv tsv json jsonl manifest xml yaml yml toml ini cfg py sh js ts log html htm css sql rst",
};

const kindOf = new Map(
  Object.entries(kinds).flatMap(([kind, endings]) => endings.split(" ").map((ending) => [ending, kind as PreviewKind])),
);

/** How the console can show an object, by its name; null when it cannot. */
export function previewKind(key: string): PreviewKind | null {
  const name = baseName(key).toLowerCase();
  return kindOf.get(name.slice(name.lastIndexOf(".") + 1)) ?? null;
}
