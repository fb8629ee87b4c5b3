// A picture from a file of the reader's machine, with boxes on it where an answer found something.
import { theme } from "antd";
import { useEffect, useState } from "react";
import { useFormat } from "@/lib/i18n";
import type { Detection } from "./apis";

/** Below this a picture is drawn with hard pixels: smoothing would blur what the model saw. */
const tiny = 160;

export function Picture({ file, height, detections = [] }: { file: File; height: number; detections?: Detection[] }) {
  const { token } = theme.useToken();
  const format = useFormat();
  const [url, setUrl] = useState("");
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const made = URL.createObjectURL(file);
    // The address lives as long as the picture is shown.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  if (!url) return null;
  const small = size.width > 0 && size.width < tiny && size.height < tiny;
  const unit = Math.max(size.width, size.height) / 400;
  return (
    <span style={{ position: "relative", display: "inline-block", lineHeight: 0 }}>
      <img
        src={url}
        alt={file.name}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setSize({ width: naturalWidth, height: naturalHeight })}
        style={{
          maxWidth: "100%",
          maxHeight: height,
          height: small ? height * 0.75 : undefined,
          imageRendering: small ? "pixelated" : undefined,
        }}
      />
      {detections.length > 0 && size.width > 0 && (
        <svg
          viewBox={`0 0 ${size.width} ${size.height}`}
          style={{ position: "absolute", inset: 0, width: "100%", height: "100%" }}
          aria-hidden
        >
          {detections.map(({ label, score, box: [left, top, right, bottom] }, index) => (
            <g key={index}>
              <rect
                x={left}
                y={top}
                width={Math.max(0, right - left)}
                height={Math.max(0, bottom - top)}
                fill="none"
                stroke={token.colorError}
                strokeWidth={2 * unit}
              />
              <text x={left} y={Math.max(top - 3 * unit, 12 * unit)} fontSize={13 * unit} fill={token.colorError}>
                {label}
                {score !== null && ` ${format.percent(score)}`}
              </text>
            </g>
          ))}
        </svg>
      )}
    </span>
  );
}
