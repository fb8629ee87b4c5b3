// A log to read: only the visible lines are drawn, search jumps between matches, and the end is followed until the
// reader scrolls away from it. Where the text comes from is the caller's business.
import { DownOutlined, DownloadOutlined, UpOutlined } from "@ant-design/icons";
import { Button, Flex, Input, Switch, theme } from "antd";
import { useDeferredValue, useId, useMemo, useRef, useState, type ReactNode } from "react";
import { useFormat, useTranslation } from "@/lib/i18n";
import { matchingLines, type LogSnapshot } from "@/lib/logLines";
import { LogLinesView, type LinesHandle } from "./LogLinesView";

export interface LogViewProps {
  log: LogSnapshot;
  label: string;
  /** Shown when there is no line. */
  empty: string;
  height?: number | string;
  /** Loads what lies before the first line; only offered when the log does not begin there. */
  onEarlier?: () => void;
  loadingEarlier?: boolean;
  onDownload?: () => void;
  downloading?: boolean;
  extra?: ReactNode;
}

export function LogView({ log, label, empty, height = 480, extra, ...rest }: LogViewProps) {
  const { t } = useTranslation(["parts", "common"]);
  const format = useFormat();
  const { token } = theme.useToken();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const [follow, setFollow] = useState(true);
  const handle = useRef<LinesHandle>(null);
  const followId = useId();
  const wanted = useDeferredValue(words);
  const matches = useMemo(() => matchingLines(log.lines, wanted), [log.lines, wanted]);
  const current = Math.min(at, Math.max(0, matches.length - 1));

  function go(index: number) {
    if (matches.length === 0) return;
    const next = (index + matches.length) % matches.length;
    setAt(next);
    setFollow(false);
    handle.current?.reveal(matches[next] ?? 0);
  }

  return (
    <Flex vertical gap={8} style={{ minHeight: 0, minWidth: 0, height }}>
      <Flex gap={8} align="center" wrap>
        <Input
          allowClear
          style={{ width: 240 }}
          placeholder={t("parts:log.search")}
          aria-label={t("parts:log.search")}
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setAt(0);
          }}
          onPressEnter={(event) => go(event.shiftKey ? current - 1 : current + (words === wanted && matches.length ? 1 : 0))}
        />
        {wanted && (
          <Flex gap={2} align="center">
            <span aria-live="polite" style={{ minWidth: 64, textAlign: "center", color: token.colorTextSecondary }}>
              {matches.length === 0
                ? t("parts:log.noMatch")
                : `${format.number(current + 1)} / ${format.number(matches.length)}`}
            </span>
            <StepButton label={t("parts:log.previous")} icon={<UpOutlined aria-hidden />} onClick={() => go(current - 1)} />
            <StepButton label={t("parts:log.next")} icon={<DownOutlined aria-hidden />} onClick={() => go(current + 1)} />
          </Flex>
        )}
        <Flex gap={6} align="center">
          <Switch id={followId} size="small" checked={follow} onChange={setFollow} aria-label={t("parts:log.follow")} />
          <label htmlFor={followId}>{t("parts:log.follow")}</label>
        </Flex>
        <span style={{ color: token.colorTextSecondary }}>{t("parts:log.lines", { count: log.lines.length })}</span>
        <Flex gap={8} style={{ marginInlineStart: "auto" }}>
          {extra}
          {!log.fromStart && rest.onEarlier && (
            <Button loading={rest.loadingEarlier} onClick={rest.onEarlier}>
              {t("parts:log.earlier")}
            </Button>
          )}
          {rest.onDownload && (
            <Button icon={<DownloadOutlined aria-hidden />} loading={rest.downloading} onClick={rest.onDownload}>
              {t("common:action.download")}
            </Button>
          )}
        </Flex>
      </Flex>
      <LogLinesView
        ref={handle}
        log={log}
        label={label}
        empty={empty}
        words={wanted}
        current={matches[current] ?? -1}
        follow={follow}
        onFollow={setFollow}
      />
    </Flex>
  );
}

function StepButton({ label, icon, onClick }: { label: string; icon: ReactNode; onClick: () => void }) {
  return <Button type="text" size="small" aria-label={label} title={label} icon={icon} onClick={onClick} />;
}
