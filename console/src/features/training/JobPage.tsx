// One training job: its versions at the left, the chosen one at the right.
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Flex } from "antd";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { EmptyState, Page, QueryView } from "@/ui";
import { ComparePanel } from "./ComparePanel";
import { DeleteJobButton } from "./DeleteJobButton";
import { useRefreshJobs, useVersions, type VersionList } from "./queries";
import { VersionMenu } from "./VersionMenu";
import { VersionPanel } from "./VersionPanel";

export type VersionTab = "details" | "log" | "usage";

export interface JobSearch {
  version?: number;
  tab?: VersionTab;
  /** The comparison of all versions instead of one. */
  compare?: boolean;
}

export function JobPage() {
  const { t } = useTranslation("training");
  const { jobId } = useParams({ from: "/console/training/$jobId" });
  const navigate = useNavigate();
  const refresh = useRefreshJobs();
  const versions = useVersions(jobId);
  const name = versions.data?.job_name ?? String(jobId);
  return (
    <Page
      title={name}
      description={versions.data?.job_desc}
      crumbs={[{ label: t("title"), link: { to: "/training" } }]}
      actions={
        <DeleteJobButton
          jobId={jobId}
          name={name}
          onDeleted={() => {
            void navigate({ to: "/training" }).then(refresh);
          }}
        />
      }
      fill
    >
      <QueryView query={versions}>{(data) => <Versions data={data} />}</QueryView>
    </Page>
  );
}

function Versions({ data }: { data: VersionList }) {
  const { t } = useTranslation("training");
  const { projectId } = useScope();
  const { version: wanted, compare = false } = useSearch({ from: "/console/training/$jobId" });
  const { versions, job_id: jobId } = data;
  const chosen = versions.find(({ version_id }) => version_id === wanted) ?? versions[0];
  if (!chosen) return <EmptyState title={t("noVersionsLeft")} hint={t("noVersionsLeftHint")} />;
  return (
    <Flex gap={12} style={{ flex: 1, minHeight: 0 }}>
      <VersionMenu versions={versions} chosen={compare ? null : chosen.version_id} comparing={compare} />
      <div style={{ flex: 1, minWidth: 0, minHeight: 0, display: "flex", flexDirection: "column" }}>
        {compare ? (
          <ComparePanel versions={versions} />
        ) : (
          <VersionPanel
            // Log and charts begin anew with another version.
            key={`${projectId}-${chosen.version_id}`}
            jobId={jobId}
            versionId={chosen.version_id}
            parent={versions.find(({ version_id }) => version_id === chosen.pre_version_id)}
          />
        )}
      </div>
    </Flex>
  );
}
