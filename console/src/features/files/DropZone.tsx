// A surface that takes files and folders dropped on it and says where they will go.
import { theme } from "antd";
import { useRef, useState, type DragEvent, type ReactNode } from "react";
import { useTranslation } from "@/lib/i18n";
import { useNotify } from "@/ui";
import { droppedFiles, type PickedFile } from "./upload/dropped";

interface DropZoneProps {
  place: string;
  onFiles: (files: PickedFile[]) => void;
  children: ReactNode;
}

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer.types.includes("Files");
}

export function DropZone({ place, onFiles, children }: DropZoneProps) {
  const { t } = useTranslation("files");
  const { token } = theme.useToken();
  const notify = useNotify();
  // Enter and leave come for every child on the way: only their balance says whether the files are over the page.
  const depth = useRef(0);
  const [over, setOver] = useState(false);

  function enter(event: DragEvent, step: 1 | -1) {
    if (!carriesFiles(event)) return;
    depth.current = Math.max(0, depth.current + step);
    setOver(depth.current > 0);
  }

  function drop(event: DragEvent) {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    droppedFiles(event.dataTransfer).then(onFiles, (error: unknown) => notify.error(error));
  }

  return (
    <div
      style={{ height: "100%", position: "relative" }}
      onDragEnter={(event) => enter(event, 1)}
      onDragLeave={(event) => enter(event, -1)}
      onDragOver={(event) => carriesFiles(event) && event.preventDefault()}
      onDrop={drop}
    >
      {children}
      {over && (
        <div
          style={{
            position: "absolute",
            inset: 8,
            zIndex: 10,
            display: "grid",
            placeItems: "center",
            pointerEvents: "none",
            border: `2px dashed ${token.colorPrimary}`,
            borderRadius: 8,
            background: token.colorBgContainer,
            opacity: 0.92,
            fontSize: 16,
          }}
        >
          {t("dropHere", { place })}
        </div>
      )}
    </div>
  );
}
