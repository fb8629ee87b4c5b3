// How far an import or a check is, what it found, and what it could not take.
import { DownloadOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Progress, Table, theme, Typography } from "antd";
import { ApiError } from "@/api/errors";
import { useScope } from "@/api/session";
import { useCancelTask } from "@/api/tasks";
import { useFormat, useTranslation } from "@/lib/i18n";
import { ErrorState, QueryView, useNotify } from "@/ui";
import { isUnfinished, reportUrl, useImport, useRefreshAfter, type ImportState } from "./queries";

interface ImportRunProps {
  datasetId: string;
  taskId: string;
  /** It was begun here: what it changes has not been looked at since. */
  started?: boolean;
}

export function ImportRun({ datasetId, taskId, started = false }: ImportRunProps) {
  const query = useImport(datasetId, taskId);
  return <QueryView query={query}>{(run) => <Run run={run} started={started} />}</QueryView>;
}

function Run({ run, started }: { run: ImportState; started: boolean }) {
  useRefreshAfter(run, started);
  return (
    <Flex vertical gap={14}>
      {isUnfinished(run) ? <Moving run={run} /> : <Verdict run={run} />}
      <Counts run={run} />
      <Problems run={run} />
    </Flex>
  );
}

function Moving({ run }: { run: ImportState }) {
  const { t } = useTranslation("imports");
  const { projectId } = useScope();
  const cancel = useCancelTask();
  const notify = useNotify();
  const stop = () =>
    cancel.mutate(
      { params: { path: { project_id: projectId, task_id: run.task_id } } },
      { onError: (error) => notify.error(error) },
    );
  return (
    <div role="status">
      <Flex gap={12} align="center">
        <Progress percent={Math.floor(run.progress * 100)} status="active" aria-label={t(`status.${run.status as "RUNNING"}`)} />
        <Button size="small" loading={cancel.isPending} disabled={cancel.isSuccess} onClick={stop}>
          {cancel.isSuccess ? t("stopping") : t("stop")}
        </Button>
      </Flex>
      <Typography.Text type="secondary">{run.dry_run ? t("checking") : t("importing")}</Typography.Text>
    </div>
  );
}

function Verdict({ run }: { run: ImportState }) {
  const { t } = useTranslation("imports");
  const count = run.problem_count ?? 0;
  if (run.status === "FAILED")
    return <ErrorState error={new ApiError({ status: 400, code: run.error_code ?? "", message: run.error_msg ?? "", requestId: null })} />;
  const nothing = run.dry_run && (run.total_sample_count ?? 0) === 0 && count === 0;
  const text = run.dry_run
    ? nothing
      ? t("verdict.nothing")
      : count > 0
        ? t("verdict.problems", { count })
        : t("verdict.clean")
    : count > 0
      ? t("verdict.doneProblems", { count })
      : t("verdict.done");
  return <Alert type={count > 0 || nothing ? "warning" : "success"} showIcon role="status" title={text} />;
}

function Counts({ run }: { run: ImportState }) {
  const { t } = useTranslation("imports");
  const { token } = theme.useToken();
  const format = useFormat();
  const counts = [
    [run.dry_run ? t("would.imported") : t("count.imported"), run.imported_sample_count],
    [run.dry_run ? t("would.changed") : t("count.changed"), run.changed_sample_count],
    [t("count.existing"), run.existing_sample_count],
    [t("count.leftOut"), run.left_out_sample_count],
    [t("count.labels"), run.new_label_count],
    [t("count.problems"), run.problem_count],
  ] as const;
  return (
    <dl style={{ display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(120px, 1fr))", gap: 10, margin: 0 }}>
      {counts.map(([label, value = 0]) => (
        <div key={label} style={{ display: "flex", flexDirection: "column-reverse", padding: "8px 12px", border: `1px solid ${token.colorBorderSecondary}`, borderRadius: token.borderRadius }}>
          <dt style={{ color: token.colorTextSecondary, fontSize: 13 }}>{label}</dt>
          <dd style={{ margin: 0, fontSize: 20, fontVariantNumeric: "tabular-nums" }}>{format.number(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Problems({ run }: { run: ImportState }) {
  const { t } = useTranslation("imports");
  const { projectId } = useScope();
  const problems = run.problems ?? [];
  if (problems.length === 0) return null;
  return (
    <section aria-label={t("problem.title")}>
      <Flex justify="space-between" align="center" gap={12} style={{ marginBottom: 8 }}>
        <Typography.Text type="secondary">
          {problems.length < (run.problem_count ?? 0) && t("problem.first", { count: problems.length })}
        </Typography.Text>
        {run.report_url && (
          <Button size="small" icon={<DownloadOutlined aria-hidden />} href={reportUrl(projectId, run)} download>
            {t("problem.download")}
          </Button>
        )}
      </Flex>
      <Table
        size="small"
        rowKey={(problem) => problems.indexOf(problem)}
        dataSource={problems}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        columns={[
          { title: t("problem.file"), dataIndex: "file", width: "26%", render: (file?: string | null) => <span style={{ overflowWrap: "anywhere" }}>{file ?? ""}</span> },
          { title: t("problem.line"), dataIndex: "line", width: 72, align: "end", render: (line?: number | null) => line ?? "" },
          { title: t("problem.reason"), dataIndex: "reason", render: (reason: string) => <span style={{ overflowWrap: "anywhere" }}>{reason}</span> },
          { title: t("problem.remedy"), dataIndex: "remedy", width: "28%" },
        ]}
      />
    </section>
  );
}
