// Files and folders that were dropped on the page or picked, as files with their relative paths.

export interface PickedFile {
  file: File;
  /** Relative to what was dropped, "/"-separated: "photos/2024/a.jpg". */
  path: string;
}

/** Files of an <input type="file">, with or without webkitdirectory. */
export function pickedFiles(list: FileList | null): PickedFile[] {
  return [...(list ?? [])].map((file) => ({ file, path: clean(file.webkitRelativePath || file.name) }));
}

/** Everything in a drop, folders included. Call it inside the drop event: the browser empties the list afterwards. */
export async function droppedFiles(transfer: DataTransfer): Promise<PickedFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) return pickedFiles(transfer.files);
  const found: PickedFile[] = [];
  for (const entry of entries) if (entry) await walk(entry, "", found);
  return found;
}

async function walk(entry: FileSystemEntry, folder: string, found: PickedFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ file, path: clean(folder + entry.name) });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // Chrome hands out at most a hundred entries a call: read until nothing comes.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const child of entries) await walk(child, `${folder}${entry.name}/`, found);
  }
}

/** macOS hands out decomposed names; the same name typed elsewhere is composed, and keys compare by bytes. */
function clean(path: string): string {
  return path.normalize("NFC");
}
