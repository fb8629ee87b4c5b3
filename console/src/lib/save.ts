// Hands text or bytes that the page made to the browser as a download.

export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the bytes by the next turn; Safari needs a moment more.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
