// The page that trains a job again: a version's settings, to be changed before they run.
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Button, Form } from "antd";
import { $api } from "@/api/client";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { Page, QueryView, useNotify } from "@/ui";
import { ApiCall } from "@/ui/ApiCall";
import { configOf, fieldsOf, type JobFields } from "./fields";
import { JobForm } from "./JobForm";
import { useRefreshJobs, useVersion } from "./queries";

export function CreateVersionPage() {
  const { t } = useTranslation(["training", "common"]);
  const { projectId } = useScope();
  const { jobId } = useParams({ from: "/console/training/$jobId/create" });
  const { from } = useSearch({ from: "/console/training/$jobId/create" });
  const parent = useVersion(jobId, from);
  const navigate = useNavigate();
  const notify = useNotify();
  const refresh = useRefreshJobs();
  const [form] = Form.useForm<JobFields>();
  const create = $api.useMutation("post", "/v1/{project_id}/training-jobs/{job_id}/versions");

  const bodyOf = (fields: JobFields) => ({ job_desc: fields.description ?? "", config: configOf(fields, from) });

  function submit(fields: JobFields) {
    create.mutate(
      { params: { path: { project_id: projectId, job_id: jobId } }, body: bodyOf(fields) },
      {
        onSuccess: ({ version_id, version_name }) => {
          notify.success(t("training:versionCreated", { name: version_name ?? "" }));
          void refresh();
          void navigate({
            to: "/training/$jobId",
            params: { jobId },
            search: { version: version_id ?? undefined, tab: "log" },
          });
        },
      },
    );
  }

  return (
    <Page
      title={t("training:newVersion")}
      description={parent.data && t("training:basedOn", { name: parent.data.version_name })}
      crumbs={[
        { label: t("training:title"), link: { to: "/training" } },
        { label: parent.data?.job_name ?? String(jobId), link: { to: "/training/$jobId", params: { jobId } } },
      ]}
    >
      <QueryView query={parent}>
        {(version) => (
          <JobForm
            form={form}
            initial={fieldsOf(version)}
            named
            onSubmit={submit}
            pending={create.isPending}
            error={create.error}
            submitLabel={t("training:startVersion")}
            extra={
              <>
                <ApiCall
                  method="POST"
                  path={`/v1/${projectId}/training-jobs/${jobId}/versions`}
                  body={() => bodyOf(form.getFieldsValue(true) as JobFields)}
                />
                <Link to="/training/$jobId" params={{ jobId }}>
                  <Button tabIndex={-1}>{t("common:action.cancel")}</Button>
                </Link>
              </>
            }
          />
        )}
      </QueryView>
    </Page>
  );
}
