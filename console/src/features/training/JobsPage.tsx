// The list of training jobs, each with the state of its latest version.
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { TableProps } from "antd";
import { useTranslation } from "@/lib/i18n";
import type { ListSearch } from "@/lib/listSearch";
import { Duration, Time } from "@/ui";
import { ListPage } from "@/ui/ListPage";
import { DeleteJobButton } from "./DeleteJobButton";
import { useJobs, type Job, type JobFilter } from "./queries";
import { stateFilters } from "./states";
import { StateTag } from "./StateTag";

export interface JobsSearch extends ListSearch {
  sort?: JobFilter["sortBy"];
  order?: JobFilter["order"];
}

export function JobsPage() {
  const { t } = useTranslation(["training", "common"]);
  const search = useSearch({ from: "/console/training" });
  const navigate = useNavigate({ from: "/training" });
  const { q = "", status = "", page = 1, size = 20, sort = "create_time", order = "desc" } = search;
  const jobs = useJobs({ search: q, status, page, perPage: size, sortBy: sort, order });

  const change = (values: JobsSearch) =>
    void navigate({ search: (old) => ({ ...old, page: undefined, ...values }), replace: true });
  const onSort: TableProps<Job>["onChange"] = (_page, _filters, sorter) => {
    const { columnKey, order: direction } = Array.isArray(sorter) ? (sorter[0] ?? {}) : sorter;
    if (direction) change({ sort: columnKey as JobFilter["sortBy"], order: direction === "ascend" ? "asc" : "desc" });
    else change({ sort: undefined, order: undefined });
  };
  const sortable = (key: JobFilter["sortBy"]) => ({
    key,
    sorter: true,
    sortOrder: sort === key ? ((order === "asc" ? "ascend" : "descend") as "ascend" | "descend") : null,
  });
  return (
    <ListPage
      title={t("training:title")}
      create={{ label: t("training:create"), to: "/training/create" }}
      states={{
        label: t("training:stateFilter"),
        options: stateFilters.map(({ name, value }) => ({ value, label: t(`training:state.${name}`) })),
      }}
      none={{ title: t("training:none"), hint: t("training:noneHint") }}
      search={search}
      onChange={change}
      query={jobs}
      read={({ jobs: rows, job_total_count: total }) => ({ rows, total })}
      table={{
        rowKey: "job_id",
        minWidth: 980,
        onChange: onSort,
        columns: [
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
            render: (state: number) => <StateTag status={state} />,
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
        ],
      }}
    />
  );
}
