// The last imports into a dataset, in a few lines.
import { Link } from "@tanstack/react-router";
import { Flex, Typography } from "antd";
import { useTranslation } from "@/lib/i18n";
import { Panel, Time } from "@/ui";
import { useImports } from "../imports/queries";

const shown = 5;

export function LastImports({ datasetId }: { datasetId: string }) {
  const { t } = useTranslation("imports");
  const { data } = useImports(datasetId, 0, shown);
  const runs = data?.import_tasks.filter((run) => !run.dry_run) ?? [];
  if (runs.length === 0) return null;
  return (
    <Panel
      title={t("history.title")}
      extra={
        <Link to="/datasets/$datasetId/imports" params={{ datasetId }}>
          {t("history.all")}
        </Link>
      }
    >
      <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {runs.map((run) => (
          <li key={run.task_id}>
            <Flex gap={16} style={{ padding: "4px 0" }}>
              <Time value={run.create_time} />
              <span style={{ flex: 1, minWidth: 0, overflowWrap: "anywhere" }}>{run.import_path}</span>
              <span>{t("history.imported", { count: run.imported_sample_count ?? 0 })}</span>
              {(run.problem_count ?? 0) > 0 && <Typography.Text type="warning">{t("history.problems", { count: run.problem_count ?? 0 })}</Typography.Text>}
            </Flex>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
