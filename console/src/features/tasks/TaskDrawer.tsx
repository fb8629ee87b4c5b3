// The drawer of the platform's long operations: what runs, how far it is, how it ended, and a way to cancel.
import { CloseOutlined } from "@ant-design/icons";
import { Button, Drawer, Flex, Popconfirm, Progress, Segmented, Typography, theme } from "antd";
import { useState } from "react";
import { useScope } from "@/api/session";
import { isActive, useCancelTask, useTasks, type PlatformTask, type TaskState } from "@/api/tasks";
import { useFormat, useTranslation } from "@/lib/i18n";
import { EmptyState, QueryView, StatusTag, taskTone, Time, useNotify } from "@/ui";
import { useTaskText } from "@/ui/taskText";

export function TaskDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation("tasks");
  return (
    <Drawer title={t("title")} open={open} onClose={onClose} size={440} destroyOnHidden styles={{ body: { padding: 0 } }}>
      <TaskList />
    </Drawer>
  );
}

function TaskList() {
  const { t } = useTranslation("tasks");
  const [state, setState] = useState<"active" | "all">("all");
  const query = useTasks("all");
  return (
    <>
      <div style={{ padding: "12px 20px 4px" }}>
        <Segmented
          value={state}
          onChange={setState}
          options={[
            { value: "all", label: t("all") },
            { value: "active", label: t("active") },
          ]}
        />
      </div>
      <QueryView query={query}>
        {({ tasks }) => {
          const shown = state === "active" ? tasks.filter(isActive) : tasks;
          if (shown.length === 0)
            return <EmptyState title={state === "active" ? t("empty") : t("emptyAll")} hint={t("emptyHint")} />;
          return (
            <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
              {shown.map((task) => (
                <TaskEntry key={task.task_id} task={task} />
              ))}
            </ul>
          );
        }}
      </QueryView>
    </>
  );
}

function TaskEntry({ task }: { task: PlatformTask }) {
  const { t } = useTranslation("common");
  const format = useFormat();
  const text = useTaskText();
  const { token } = theme.useToken();
  return (
    <li style={{ padding: "10px 20px", borderBottom: `1px solid ${token.colorBorderSecondary}` }}>
      <Flex justify="space-between" gap={12} align="flex-start">
        <Typography.Text strong style={{ overflowWrap: "anywhere" }}>
          {text.name(task)}
        </Typography.Text>
        {isActive(task) && <CancelButton task={task} />}
      </Flex>
      {isActive(task) && (
        <Progress
          percent={Math.floor(task.progress * 100)}
          size="small"
          showInfo={false}
          aria-label={text.name(task)}
          status={task.state === "running" ? "active" : "normal"}
        />
      )}
      <Flex justify="space-between" gap={12} style={{ fontSize: 13 }}>
        <Flex gap={8} style={{ minWidth: 0 }}>
          <StatusTag tone={taskTone(task.state)}>{t(`state.${task.state as TaskState}`)}</StatusTag>
          {task.state === "running" && <span>{format.percent(task.progress)}</span>}
        </Flex>
        <Typography.Text type="secondary" style={{ fontSize: 13 }}>
          <Time value={task.finished_at ?? task.created_at} relative />
        </Typography.Text>
      </Flex>
      {task.message && isActive(task) && (
        <Typography.Paragraph type="secondary" style={{ margin: "4px 0 0", fontSize: 13 }}>
          {text.message(task)}
        </Typography.Paragraph>
      )}
      {task.error_msg && (
        <Typography.Paragraph type="danger" style={{ margin: "4px 0 0", fontSize: 13, overflowWrap: "anywhere" }}>
          {task.error_msg} {task.error_code && <code>{task.error_code}</code>}
        </Typography.Paragraph>
      )}
    </li>
  );
}

function CancelButton({ task }: { task: PlatformTask }) {
  const { t } = useTranslation(["tasks", "common"]);
  const { projectId } = useScope();
  const notify = useNotify();
  const text = useTaskText();
  const cancel = useCancelTask();
  return (
    <Popconfirm
      title={t("tasks:cancelConfirm")}
      okText={t("tasks:cancel")}
      cancelText={t("common:action.close")}
      placement="left"
      onConfirm={() =>
        cancel.mutate(
          { params: { path: { project_id: projectId, task_id: task.task_id } } },
          { onError: (error) => notify.error(error) },
        )
      }
    >
      <Button
        type="text"
        size="small"
        icon={<CloseOutlined aria-hidden />}
        loading={cancel.isPending}
        aria-label={`${t("tasks:cancel")}: ${text.name(task)}`}
        title={t("tasks:cancel")}
      />
    </Popconfirm>
  );
}
