// The list of training jobs, each with the state of its latest version.
import { PlusOutlined } from "@ant-design/icons";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Flex, Input, Pagination, Select, type TableProps } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "@/lib/i18n";
import { Duration, EmptyState, Page, QueryView, Time, VirtualTable } from "@/ui";
import { WorkspaceHint } from "@/ui/useWorkspace";
import { DeleteJobButton } from "./DeleteJobButton";
import { useJobs, type Job, type JobFilter, type JobList } from "./queries";
import { stateFilters } from "./states";
import { StateTag } from "./StateTag";

export interface JobsSearch {
  q?: string;
  status?: string;
  page?: number;
  size?: number;
  sort?: JobFilter["sortBy"];
  order?: JobFilter["order"];
}

export function JobsPage() {
  const { t } = useTranslation(["training", "parts"]);
  const search = useSearch({ from: "/console/training" });
  const navigate = useNavigate({ from: "/training" });
  const { q = "", status = "", page = 1, size = 20, sort = "create_time", order = "desc" } = search;
  const jobs = useJobs({ search: q, status, page, perPage: size, sortBy: sort, order });

  const change = (values: JobsSearch) =>
    void navigate({ search: (old) => ({ ...old, page: undefined, ...values }), replace: true });
  const create = (
    <Link to="/training/create">
      <Button type="primary" icon={<PlusOutlined />} tabIndex={-1}>
        {t("training:create")}
      </Button>
    </Link>
  );
  return (
    <Page title={t("training:title")} description={<WorkspaceHint />} actions={create} fill>
      <Flex gap={8} wrap style={{ marginBottom: 10 }}>
        <Input.Search
          allowClear
          style={{ width: 260 }}
          defaultValue={q}
          maxLength={64}
          placeholder={t("parts:list.search")}
          aria-label={t("parts:list.search")}
          onSearch={(words) => change({ q: words.trim() || undefined })}
        />
        <Select
          style={{ width: 150 }}
          aria-label={t("training:stateFilter")}
          value={status}
          onChange={(value) => change({ status: value || undefined })}
          options={[
            { value: "", label: t("parts:list.allStates") },
            ...stateFilters.map(({ name, value }) => ({ value, label: t(`training:state.${name}`) })),
          ]}
        />
      </Flex>
      <QueryView query={jobs}>
        {(data) => (
          <>
            <JobTable
              data={data}
              sort={sort}
              order={order}
              onSort={(nextSort, nextOrder) => change({ sort: nextSort, order: nextOrder })}
              empty={
                q || status ? (
                  <EmptyState
                    title={t("parts:list.noMatch")}
                    action={<Button onClick={() => change({ q: undefined, status: undefined })}>{t("parts:list.clear")}</Button>}
                  />
                ) : (
                  <EmptyState title={t("training:none")} hint={t("training:noneHint")} action={create} />
                )
              }
            />
            {data.job_total_count > 0 && (
              <Pagination
                style={{ marginTop: 10 }}
                align="end"
                current={page}
                pageSize={size}
                total={data.job_total_count}
                showSizeChanger
                pageSizeOptions={[20, 50, 100, 500]}
                showTotal={(count) => t("parts:list.total", { count })}
                onChange={(next, nextSize) =>
                  change({ page: nextSize === size && next > 1 ? next : undefined, size: nextSize === 20 ? undefined : nextSize })
                }
              />
            )}
          </>
        )}
      </QueryView>
    </Page>
  );
}

interface JobTableProps {
  data: JobList;
  sort: JobFilter["sortBy"];
  order: JobFilter["order"];
  onSort: (sort: JobFilter["sortBy"] | undefined, order: JobFilter["order"] | undefined) => void;
  empty: ReactNode;
}

function JobTable({ data, sort, order, onSort, empty }: JobTableProps) {
  const { t } = useTranslation(["training", "common"]);
  const onChange: TableProps<Job>["onChange"] = (_page, _filters, sorter) => {
    const { columnKey, order: direction } = Array.isArray(sorter) ? (sorter[0] ?? {}) : sorter;
    if (direction) onSort(columnKey as JobFilter["sortBy"], direction === "ascend" ? "asc" : "desc");
    else onSort(undefined, undefined);
  };
  const sortable = (key: JobFilter["sortBy"]) => ({
    key,
    sorter: true,
    sortOrder: sort === key ? ((order === "asc" ? "ascend" : "descend") as "ascend" | "descend") : null,
  });
  return (
    <VirtualTable<Job>
      rowKey="job_id"
      dataSource={data.jobs}
      minWidth={980}
      empty={empty}
      onChange={onChange}
      columns={[
        {
          title: t("common:field.name"),
          ...sortable("job_name"),
          width: 260,
          ellipsis: true,
          render: (_, job) => (
            <Link to="/training/$jobId" params={{ jobId: job.job_id }}>
              {job.job_name}
            </Link>
          ),
        },
        {
          title: t("common:field.status"),
          dataIndex: "status",
          width: 120,
          render: (status: number) => <StateTag status={status} />,
        },
        { title: t("training:versions"), ...sortable("version_count"), dataIndex: "version_count", width: 100, align: "right" },
        {
          title: t("training:duration"),
          ...sortable("duration"),
          width: 130,
          align: "right",
          render: (_, job) => <Duration value={job.duration || null} />,
        },
        { title: t("common:field.description"), dataIndex: "job_desc", ellipsis: true },
        {
          title: t("common:field.created"),
          ...sortable("create_time"),
          width: 180,
          render: (_, job) => <Time value={job.create_time} />,
        },
        {
          title: t("common:field.actions"),
          width: 90,
          render: (_, job) => <DeleteJobButton jobId={job.job_id} name={job.job_name} compact />,
        },
      ]}
    />
  );
}
