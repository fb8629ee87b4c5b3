// The page that starts a new training job.
import { Link, useNavigate } from "@tanstack/react-router";
import { Button, Form } from "antd";
import { $api } from "@/api/client";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { Page, QueryView, useNotify } from "@/ui";
import { ApiCall } from "@/ui/ApiCall";
import { useWorkspace } from "@/ui/useWorkspace";
import { configOf, emptyFields, type JobFields } from "./fields";
import { JobForm } from "./JobForm";
import { useEngines, useRefreshJobs, useSpecs } from "./queries";

export function CreateJobPage() {
  const { t } = useTranslation(["training", "common"]);
  const { projectId } = useScope();
  const workspaceId = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const refresh = useRefreshJobs();
  const [form] = Form.useForm<JobFields>();
  const engines = useEngines();
  const specs = useSpecs();
  const create = $api.useMutation("post", "/v1/{project_id}/training-jobs");

  const bodyOf = (fields: JobFields) => ({
    job_name: fields.name ?? "",
    job_desc: fields.description ?? "",
    workspace_id: workspaceId,
    config: configOf(fields),
  });

  function submit(fields: JobFields) {
    create.mutate(
      { params: { path: { project_id: projectId } }, body: bodyOf(fields) },
      {
        onSuccess: ({ job_id, version_id }) => {
          notify.success(t("training:created", { name: fields.name }));
          void refresh();
          void navigate({
            to: "/training/$jobId",
            params: { jobId: job_id },
            search: { version: version_id ?? undefined, tab: "log" },
          });
        },
      },
    );
  }

  return (
    <Page title={t("training:create")} crumbs={[{ label: t("training:title"), link: { to: "/training" } }]}>
      <QueryView query={engines}>
        {({ engines: offered }) => (
          <QueryView query={specs}>
            {({ specs: flavors }) => (
              <JobForm
                form={form}
                initial={{
                  ...emptyFields,
                  engine_id: offered[0]?.engine_id,
                  spec_id: flavors.find((flavor) => !flavor.no_resource)?.spec_id,
                }}
                named={false}
                onSubmit={submit}
                pending={create.isPending}
                error={create.error}
                submitLabel={t("training:start")}
                extra={
                  <>
                    <ApiCall
                      method="POST"
                      path={`/v1/${projectId}/training-jobs`}
                      body={() => bodyOf(form.getFieldsValue(true) as JobFields)}
                    />
                    <Link to="/training">
                      <Button tabIndex={-1}>{t("common:action.cancel")}</Button>
                    </Link>
                  </>
                }
              />
            )}
          </QueryView>
        )}
      </QueryView>
    </Page>
  );
}
