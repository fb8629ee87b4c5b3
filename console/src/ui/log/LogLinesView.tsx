// The lines of a log that are in sight. Every line is equally high, so that the visible ones follow from the scroll
// position alone.
import { theme } from "antd";
import { useImperativeHandle, useLayoutEffect, useRef, useState, type ReactNode, type Ref } from "react";
import type { LogSnapshot } from "@/lib/logLines";
import { useSize } from "@/lib/size";

const lineHeight = 20;
const margin = 20;

export interface LinesHandle {
  /** Scroll a line into the middle. */
  reveal: (line: number) => void;
}

export interface LogLinesViewProps {
  ref: Ref<LinesHandle>;
  log: LogSnapshot;
  label: string;
  empty: string;
  words: string;
  /** The line of the chosen match; -1 for none. */
  current: number;
  follow: boolean;
  onFollow: (follow: boolean) => void;
}

export function LogLinesView({ ref, log, label, empty, words, current, follow, onFollow }: LogLinesViewProps) {
  const { token } = theme.useToken();
  const box = useRef<HTMLDivElement>(null);
  const { height } = useSize(box);
  const [top, setTop] = useState(0);
  const { lines } = log;

  useImperativeHandle(ref, () => ({
    reveal: (line) => box.current?.scrollTo({ top: Math.max(0, line * lineHeight - height / 2) }),
  }));

  useLayoutEffect(() => {
    const element = box.current;
    if (follow && element) element.scrollTop = element.scrollHeight;
  }, [follow, lines, height]);

  function onScroll() {
    const element = box.current;
    if (!element) return;
    setTop(element.scrollTop);
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < lineHeight * 1.5;
    if (atEnd !== follow) onFollow(atEnd);
  }

  const first = Math.max(0, Math.floor(top / lineHeight) - margin);
  const last = Math.min(lines.length, Math.ceil((top + height) / lineHeight) + margin);
  const digits = log.fromStart ? String(lines.length).length : 0;

  return (
    <div
      ref={box}
      role="log"
      aria-live="off"
      aria-label={label}
      // Only a focusable box can be scrolled with the keyboard.
      tabIndex={0}
      onScroll={onScroll}
      style={{
        flex: 1,
        minHeight: 160,
        overflow: "auto",
        background: token.colorFillQuaternary,
        border: `1px solid ${token.colorBorderSecondary}`,
        borderRadius: token.borderRadius,
        fontFamily: token.fontFamilyCode,
        fontSize: 13,
        lineHeight: `${lineHeight}px`,
      }}
    >
      {lines.length === 0 && <div style={{ padding: "8px 12px", color: token.colorTextSecondary }}>{empty}</div>}
      <div
        style={{
          position: "relative",
          height: lines.length * lineHeight,
          minWidth: `calc(${log.width + (digits ? digits + 2 : 0)}ch + 24px)`,
        }}
      >
        <div style={{ position: "absolute", top: first * lineHeight, left: 0, right: 0 }}>
          {lines.slice(first, last).map((line, index) => {
            const number = first + index;
            return (
              <div
                key={number}
                style={{
                  height: lineHeight,
                  padding: "0 12px",
                  whiteSpace: "pre",
                  background: number === current ? token.colorFillSecondary : undefined,
                }}
              >
                {digits > 0 && (
                  <span style={{ color: token.colorTextTertiary, userSelect: "none" }} aria-hidden>
                    {String(number + 1).padStart(digits)}
                    {"  "}
                  </span>
                )}
                {words ? marked(line, words) : line}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** A line with every occurrence of `words` highlighted. */
function marked(line: string, words: string): ReactNode[] {
  const parts: ReactNode[] = [];
  const folded = line.toLowerCase();
  const wanted = words.toLowerCase();
  let from = 0;
  for (let found = folded.indexOf(wanted); found >= 0; found = folded.indexOf(wanted, from)) {
    parts.push(line.slice(from, found));
    parts.push(
      <mark key={found} style={{ background: "#ffd666", color: "#1f1f1f" }}>
        {line.slice(found, found + words.length)}
      </mark>,
    );
    from = found + words.length;
  }
  parts.push(line.slice(from));
  return parts;
}
