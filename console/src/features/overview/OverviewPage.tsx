// The first page after signing in: how things stand, and where to begin.
import { FolderOpenOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Alert, Flex, Typography } from "antd";
import type { ReactNode } from "react";
import { $api } from "@/api/client";
import { usePlatform } from "@/api/platform";
import { useScope, useSession } from "@/api/session";
import { isActive, useTasks } from "@/api/tasks";
import { useFormat, useTranslation } from "@/lib/i18n";
import { EmptyState, Page, Panel, QueryView, StatusTag, taskTone, Time } from "@/ui";
import { useTaskText } from "@/ui/taskText";

export function OverviewPage() {
  const { t } = useTranslation("overview");
  const { user } = useSession();
  const isolation = usePlatform().data?.isolation;
  const { projectId } = useScope();
  const format = useFormat();
  const buckets = $api.useQuery("get", "/v1/{project_id}/buckets", { params: { path: { project_id: projectId } } });
  const tasks = useTasks("all");
  const active = tasks.data?.tasks.filter(isActive).length;

  return (
    <Page title={t("title")} description={t("welcome", { name: user.name })}>
      <Flex vertical gap={12}>
        {isolation?.strong === false && <Alert type="warning" showIcon title={t("isolation")} description={isolation.why} />}
        <Flex gap={12} wrap>
          <Figure label={t("buckets")} value={buckets.data && format.number(buckets.data.total_count)} />
          <Figure label={t("activeTasks")} value={active === undefined ? undefined : format.number(active)} />
          <Figure
            label={t("isolation")}
            value={
              isolation && (
                <StatusTag tone={isolation.strong ? "good" : "warning"}>
                  {isolation.kind}: {isolation.strong ? t("strong") : t("weak")}
                </StatusTag>
              )
            }
          />
        </Flex>
        <Flex gap={12} wrap align="stretch">
          <div style={{ flex: "1 1 320px" }}>
            <Panel title={t("start")}>
              <Flex gap={12} align="flex-start">
                <FolderOpenOutlined style={{ fontSize: 20, marginTop: 2 }} aria-hidden />
                <div>
                  <Link to="/files">{t("startFiles")}</Link>
                  <div>
                    <Typography.Text type="secondary">{t("startFilesHint")}</Typography.Text>
                  </div>
                </div>
              </Flex>
            </Panel>
          </div>
          <div style={{ flex: "2 1 420px" }}>
            <RecentTasks query={tasks} />
          </div>
        </Flex>
      </Flex>
    </Page>
  );
}

function Figure({ label, value }: { label: string; value: ReactNode }) {
  return (
    <section className="maquette-panel" style={{ flex: "1 1 180px" }}>
      <Typography.Text type="secondary">{label}</Typography.Text>
      <div style={{ fontSize: 22, lineHeight: "34px", minHeight: 34 }}>{value}</div>
    </section>
  );
}

function RecentTasks({ query }: { query: ReturnType<typeof useTasks> }) {
  const { t } = useTranslation(["overview", "tasks"]);
  const text = useTaskText();
  return (
    <Panel title={t("overview:recent")}>
      <QueryView query={query}>
        {({ tasks }) =>
          tasks.length === 0 ? (
            <EmptyState title={t("tasks:emptyAll")} hint={t("tasks:emptyHint")} />
          ) : (
            <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
              {tasks.slice(0, 6).map((task) => (
                <li key={task.task_id} style={{ padding: "6px 0" }}>
                  <Flex justify="space-between" gap={12}>
                    <StatusTag tone={taskTone(task.state)}>{text.name(task)}</StatusTag>
                    <Typography.Text type="secondary">
                      <Time value={task.finished_at ?? task.created_at} relative />
                    </Typography.Text>
                  </Flex>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Panel>
  );
}
