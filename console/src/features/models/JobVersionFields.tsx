// Which training job, and which of its completed versions, an AI application is made of.
import { Form, Select } from "antd";
import { useEffect, useState } from "react";
import { $api, type Answer } from "@/api/client";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { useWorkspace } from "@/ui/useWorkspace";
import type { ModelFields } from "./CreateModelPage";

type JobList = Answer<"/v1/{project_id}/training-jobs", "get">;
const completed = 10;

export function JobVersionFields() {
  const { t } = useTranslation(["models", "common"]);
  const form = Form.useFormInstance<ModelFields>();
  const required = [{ required: true, message: t("common:field.required") }];
  return (
    <>
      <Form.Item name="job" label={t("models:job")} rules={required}>
        <JobSelect
          onName={(name) => {
            if (!form.isFieldTouched("name")) form.setFieldValue("name", name);
          }}
        />
      </Form.Item>
      <Form.Item name="jobVersion" label={t("models:jobVersion")} extra={t("models:jobVersionHint")} rules={required}>
        <VersionSelect />
      </Form.Item>
    </>
  );
}

interface ControlProps {
  id?: string;
  value?: number;
  onChange?: (value: number | undefined) => void;
}

function JobSelect({ value, onChange, onName, ...rest }: ControlProps & { onName: (name: string) => void }) {
  const { t } = useTranslation("models");
  const form = Form.useFormInstance<ModelFields>();
  const { projectId } = useScope();
  const workspaceId = useWorkspace();
  const [words, setWords] = useState("");
  const query = { workspace_id: workspaceId, search_content: words, per_page: 50, sortBy: "create_time", order: "desc" };
  const jobs = $api.useQuery(
    "get",
    "/v1/{project_id}/training-jobs",
    { params: { path: { project_id: projectId }, query } },
    { placeholderData: (old: JobList | undefined) => old },
  );
  const chosen = useJobVersions(value);
  const found = (jobs.data?.jobs ?? []).map(({ job_id, job_name }) => ({ value: job_id, label: job_name }));
  const known = found.some((job) => job.value === value);
  const name = chosen.data?.job_name;

  useEffect(() => {
    if (name) onName(name);
    // Only another job's name is news.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [name]);
  return (
    <Select
      {...rest}
      style={{ maxWidth: 560 }}
      value={value}
      placeholder={t("chooseJob")}
      notFoundContent={t("noJobs")}
      loading={jobs.isFetching}
      showSearch={{ filterOption: false, onSearch: setWords }}
      options={known || !name || value === undefined ? found : [{ value, label: name }, ...found]}
      onChange={(next) => {
        form.setFieldValue("jobVersion", undefined);
        onChange?.(next);
      }}
    />
  );
}

function useJobVersions(jobId: number | undefined) {
  const { projectId } = useScope();
  return $api.useQuery(
    "get",
    "/v1/{project_id}/training-jobs/{job_id}/versions",
    { params: { path: { project_id: projectId, job_id: jobId ?? 0 }, query: { per_page: 1000, page: 1 } } },
    { enabled: jobId !== undefined },
  );
}

function VersionSelect({ value, onChange, ...rest }: ControlProps) {
  const { t } = useTranslation("models");
  const form = Form.useFormInstance<ModelFields>();
  const jobId = Form.useWatch("job", form);
  const versions = useJobVersions(jobId);
  const usable = (versions.data?.versions ?? []).filter(({ status, train_url }) => status === completed && train_url);
  const first = usable[0]?.version_id;

  useEffect(() => {
    if (value === undefined && first !== undefined) onChange?.(first);
    // The newest version is offered once for each job.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [first, value === undefined]);
  return (
    <Select
      {...rest}
      style={{ maxWidth: 560 }}
      disabled={jobId === undefined}
      value={versions.data ? value : undefined}
      onChange={onChange}
      loading={versions.isFetching}
      notFoundContent={t("noCompleted")}
      options={usable.map(({ version_id, version_name, train_url }) => ({
        value: version_id,
        label: `${version_name} · ${train_url}`,
      }))}
    />
  );
}
