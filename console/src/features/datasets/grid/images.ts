// Which files can become samples of an image dataset; the server holds the same rules.

export const imageNames = [".jpg", ".jpeg", ".png", ".bmp"];
const mostBytes = 25 * 1024 * 1024;

export function splitImages<T extends { name: string; size: number }>(files: readonly T[]): { accepted: T[]; refused: T[] } {
  const fits = ({ name, size }: T) =>
    size > 0 && size <= mostBytes && imageNames.some((ending) => name.toLowerCase().endsWith(ending));
  return { accepted: files.filter(fits), refused: files.filter((file) => !fits(file)) };
}
