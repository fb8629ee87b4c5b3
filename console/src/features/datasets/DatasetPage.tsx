// The frame of the pages of one dataset: where it stands, what it is at, and the ways between its pages.
import { Link } from "@tanstack/react-router";
import { Flex } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "@/lib/i18n";
import { Page } from "@/ui";
import { isBusy, type Dataset } from "./queries";
import { DatasetStatus } from "./status";
import { TypeName } from "./typeIcon";
import "./dataset.css";

interface DatasetPageProps {
  dataset: Dataset;
  /** What is said of its state where the page knows better than the dataset. */
  mark?: ReactNode;
  actions?: ReactNode;
  fill?: boolean;
  children: ReactNode;
}

export function DatasetPage({ dataset, mark, actions, fill, children }: DatasetPageProps) {
  const { t } = useTranslation("datasets");
  return (
    <Page
      fill={fill}
      title={dataset.dataset_name}
      crumbs={[{ label: t("title"), link: { to: "/datasets" } }]}
      mark={
        <>
          <TypeName number={dataset.dataset_type} />
          {mark ?? (isBusy(dataset) && <DatasetStatus status={dataset.status} />)}
        </>
      }
      actions={actions}
    >
      <DatasetNav datasetId={dataset.dataset_id} />
      {children}
    </Page>
  );
}

/** Links, not tabs: each leads to a page of its own. */
function DatasetNav({ datasetId }: { datasetId: string }) {
  const { t } = useTranslation(["datasets", "imports"]);
  const params = { datasetId };
  return (
    <nav aria-label={t("datasets:overview.pages")} className="ds-nav">
      <Flex gap={20}>
        <Link to="/datasets/$datasetId" params={params} search={{}} activeOptions={{ exact: true, includeSearch: false }}>
          {t("datasets:overview.data")}
        </Link>
        <Link to="/datasets/$datasetId/overview" params={params}>
          {t("datasets:overview.title")}
        </Link>
        <Link to="/datasets/$datasetId/versions" params={params} search={{}} activeOptions={{ includeSearch: false }}>
          {t("datasets:version.title")}
        </Link>
        <Link to="/datasets/$datasetId/imports" params={params}>
          {t("imports:history.title")}
        </Link>
      </Flex>
    </nav>
  );
}
