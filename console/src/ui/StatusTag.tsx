// A state as a coloured dot with its word: colour alone would not tell everybody.
import {
  CheckCircleFilled,
  ClockCircleOutlined,
  CloseCircleFilled,
  ExclamationCircleFilled,
  LoadingOutlined,
  MinusCircleOutlined,
} from "@ant-design/icons";
import { theme } from "antd";
import type { ReactNode } from "react";

/** What a state means to a reader, whatever the domain calls it. */
export type Tone = "waiting" | "active" | "good" | "bad" | "warning" | "neutral";

const icons: Record<Tone, ReactNode> = {
  waiting: <ClockCircleOutlined aria-hidden />,
  active: <LoadingOutlined aria-hidden />,
  good: <CheckCircleFilled aria-hidden />,
  bad: <CloseCircleFilled aria-hidden />,
  warning: <ExclamationCircleFilled aria-hidden />,
  neutral: <MinusCircleOutlined aria-hidden />,
};

export function StatusTag({ tone, children }: { tone: Tone; children: ReactNode }) {
  const { token } = theme.useToken();
  const colors: Record<Tone, string> = {
    waiting: token.colorTextTertiary,
    active: token.colorInfo,
    good: token.colorSuccess,
    bad: token.colorError,
    warning: token.colorWarning,
    neutral: token.colorTextTertiary,
  };
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 6, whiteSpace: "nowrap" }}>
      <span style={{ color: colors[tone], display: "inline-flex" }} aria-hidden>
        {icons[tone]}
      </span>
      {children}
    </span>
  );
}

const taskTones: Record<string, Tone> = {
  waiting: "waiting",
  running: "active",
  succeeded: "good",
  failed: "bad",
  cancelled: "neutral",
};

/** The tone of a platform task's state. */
export function taskTone(state: string): Tone {
  return taskTones[state] ?? "neutral";
}
