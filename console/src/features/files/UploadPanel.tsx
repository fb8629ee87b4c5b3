// The panel in the corner that shows the upload queue on every page of the console.
import {
  CaretRightOutlined,
  CloseOutlined,
  DownOutlined,
  PauseOutlined,
  ReloadOutlined,
  UpOutlined,
} from "@ant-design/icons";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Button, Flex, Progress, theme, Typography } from "antd";
import { useRef, useState } from "react";
import { useFormat, useTranslation } from "@/lib/i18n";
import { StatusTag, type Tone } from "@/ui";
import { baseName, obsAddress } from "./address";
import type { QueueSnapshot, UploadItem, UploadState } from "./upload/queue";
import { uploads, useUploads } from "./upload/uploads";

const rowHeight = 58;

export function UploadPanel() {
  const snapshot = useUploads();
  const { t } = useTranslation("files");
  const { token } = theme.useToken();
  // Unfolded while there is something to watch and folded to a line once all is done, unless the reader wants it otherwise.
  const [choice, setChoice] = useState<{ finished: boolean; open: boolean } | null>(null);
  if (snapshot.items.length === 0) return null;
  const finished = snapshot.counts.done === snapshot.items.length;
  const open = choice?.finished === finished ? choice.open : !finished;
  const percent = snapshot.bytes === 0 ? 100 : Math.floor((snapshot.sent / snapshot.bytes) * 100);

  return (
    <section
      aria-label={t("queue.title")}
      style={{
        position: "fixed",
        right: 20,
        bottom: 20,
        width: finished && !open ? undefined : 420,
        maxWidth: "calc(100vw - 40px)",
        zIndex: 900,
        background: token.colorBgElevated,
        border: `1px solid ${token.colorBorder}`,
        borderRadius: 8,
        boxShadow: token.boxShadow,
      }}
    >
      <div style={{ padding: "8px 12px" }}>
        <PanelHeader snapshot={snapshot} open={open} onToggle={() => setChoice({ finished, open: !open })} />
        {!finished && (
          <Progress
            percent={percent}
            size="small"
            aria-label={t("queue.title")}
            status={snapshot.counts.failed > 0 ? "exception" : percent === 100 ? "success" : "active"}
            showInfo={false}
          />
        )}
      </div>
      {open && <ItemList items={snapshot.items} />}
    </section>
  );
}

function PanelHeader({ snapshot, open, onToggle }: { snapshot: QueueSnapshot; open: boolean; onToggle: () => void }) {
  const { t } = useTranslation("files");
  const { items, counts } = snapshot;
  const moving = counts.waiting + counts.uploading;
  const stopped = counts.paused + counts.failed;
  const problems = counts.failed + items.filter(({ state, error }) => state === "paused" && error).length;
  return (
    <Flex justify="space-between" align="center" gap={8}>
      <div role="status">
        <strong>
          {moving + stopped > 0
            ? t("queue.progress", { done: counts.done, total: items.length })
            : t("queue.finished", { count: counts.done })}
        </strong>
        {problems > 0 && (
          <Typography.Text type="danger" style={{ marginInlineStart: 8 }}>
            {t("queue.problems", { count: problems })}
          </Typography.Text>
        )}
      </div>
      <Flex gap={2}>
        {moving > 0 && (
          <PanelButton label={t("queue.pauseAll")} icon={<PauseOutlined aria-hidden />} onClick={() => uploads.pauseAll()} />
        )}
        {stopped > 0 && (
          <PanelButton label={t("queue.resumeAll")} icon={<CaretRightOutlined aria-hidden />} onClick={() => uploads.resumeAll()} />
        )}
        <PanelButton
          label={open ? t("queue.minimise") : t("queue.expand")}
          icon={open ? <DownOutlined aria-hidden /> : <UpOutlined aria-hidden />}
          onClick={onToggle}
        />
        {moving === 0 && counts.done > 0 && (
          <PanelButton label={t("queue.clear")} icon={<CloseOutlined aria-hidden />} onClick={() => uploads.clearDone()} />
        )}
      </Flex>
    </Flex>
  );
}

function PanelButton({ label, icon, onClick }: { label: string; icon: React.ReactNode; onClick: () => void }) {
  return <Button type="text" size="small" aria-label={label} title={label} icon={icon} onClick={onClick} />;
}

function ItemList({ items }: { items: readonly UploadItem[] }) {
  const { t } = useTranslation("files");
  const box = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer is read in this component only
  const list = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 6,
  });
  return (
    <div
      ref={box}
      // Only a focusable box can be scrolled with the keyboard.
      tabIndex={0}
      role="group"
      aria-label={t("queue.title")}
      style={{ maxHeight: 5 * rowHeight, overflow: "auto" }}
    >
      <div style={{ height: list.getTotalSize(), position: "relative" }}>
        {list.getVirtualItems().map(({ index, start }) => {
          const item = items[index];
          return (
            item && (
              <div key={item.id} style={{ position: "absolute", insetInline: 0, top: start, height: rowHeight }}>
                <ItemLine item={item} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

const tones: Record<UploadState, Tone> = {
  waiting: "waiting",
  uploading: "active",
  paused: "warning",
  failed: "bad",
  done: "good",
};

function ItemLine({ item }: { item: UploadItem }) {
  const { t } = useTranslation(["files", "common"]);
  const format = useFormat();
  const { target, state, error } = item;
  const name = baseName(target.key);
  const percent = item.size === 0 ? 0 : item.sent / item.size;
  const moving = state === "waiting" || state === "uploading";
  const label = (action: string) => `${action}: ${name}`;
  return (
    <Flex align="center" gap={8} style={{ padding: "6px 12px", height: "100%", boxSizing: "border-box" }}>
      <div style={{ flex: 1, minWidth: 0 }}>
        <Typography.Text ellipsis title={obsAddress(target.bucket, target.key)} style={{ display: "block" }}>
          {name}
        </Typography.Text>
        <Flex gap={12} style={{ fontSize: 12 }}>
          <StatusTag tone={tones[state]}>{t(`files:queue.state.${state}`)}</StatusTag>
          {error ? (
            <Typography.Text type="danger" ellipsis title={error.message} style={{ fontSize: 12 }}>
              {error.offline ? t("common:error.offline") : error.message}
            </Typography.Text>
          ) : (
            <Typography.Text type="secondary" style={{ fontSize: 12, whiteSpace: "nowrap" }}>
              {format.bytes(item.size)} {state !== "done" && item.sent > 0 && `· ${format.percent(percent)}`}
            </Typography.Text>
          )}
        </Flex>
      </div>
      {moving && (
        <PanelButton
          label={label(t("common:action.pause"))}
          icon={<PauseOutlined aria-hidden />}
          onClick={() => uploads.pause(item.id)}
        />
      )}
      {(state === "paused" || state === "failed") && (
        <PanelButton
          label={label(state === "failed" ? t("common:action.retry") : t("common:action.resume"))}
          icon={state === "failed" ? <ReloadOutlined aria-hidden /> : <CaretRightOutlined aria-hidden />}
          onClick={() => uploads.resume(item.id)}
        />
      )}
      {state !== "done" && (
        <PanelButton
          label={label(t("common:action.remove"))}
          icon={<CloseOutlined aria-hidden />}
          onClick={() => uploads.remove(item.id)}
        />
      )}
    </Flex>
  );
}
