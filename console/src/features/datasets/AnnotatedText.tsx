// A text with its labelled parts: a mark over each, and the label's name behind it.
import type { CSSProperties } from "react";
import { piecesOf, type Annotation } from "./annotations";
import "./samples.css";

interface AnnotatedTextProps {
  text: string;
  annotations: readonly Annotation[];
  /** Colours by label name. */
  colors: ReadonlyMap<string, string>;
}

export function AnnotatedText({ text, annotations, colors }: AnnotatedTextProps) {
  return (
    <span className="ds-text">
      {piecesOf(text, annotations).map(({ text: part, names, ends }, index) =>
        names.length === 0 ? (
          part
        ) : (
          <mark key={index} style={{ "--ds-mark": colors.get(names[0] ?? "") || "#7f7f7f" } as CSSProperties} title={names.join(", ")}>
            {part}
            {ends.map((name) => (
              <small key={name}>{name}</small>
            ))}
          </mark>
        ),
      )}
    </span>
  );
}
