// The list of real-time services.
import { PlusOutlined } from "@ant-design/icons";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Flex, Input, Pagination, Select } from "antd";
import type { ReactNode } from "react";
import { useFormat, useTranslation } from "@/lib/i18n";
import { EmptyState, Page, QueryView, Time, VirtualTable } from "@/ui";
import { WorkspaceHint } from "@/ui/useWorkspace";
import { serviceStates, useServices, type Service } from "./queries";
import { RowActions } from "./ServiceActions";
import { ServiceTag } from "./ServiceTag";

export interface ServicesSearch {
  q?: string;
  status?: string;
  page?: number;
  size?: number;
}

export function ServicesPage() {
  const { t } = useTranslation(["services", "parts"]);
  const { q = "", status = "", page = 1, size = 20 } = useSearch({ from: "/console/services" });
  const navigate = useNavigate({ from: "/services" });
  const services = useServices({ name: q, status, page, perPage: size });
  const change = (values: ServicesSearch) =>
    void navigate({ search: (old) => ({ ...old, page: undefined, ...values }), replace: true });
  const create = (
    <Link to="/services/create">
      <Button type="primary" icon={<PlusOutlined />} tabIndex={-1}>
        {t("services:create")}
      </Button>
    </Link>
  );
  return (
    <Page title={t("services:title")} description={<WorkspaceHint />} actions={create} fill>
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
          aria-label={t("services:stateFilter")}
          value={status}
          onChange={(value) => change({ status: value || undefined })}
          options={[
            { value: "", label: t("parts:list.allStates") },
            ...serviceStates.map((name) => ({ value: name, label: t(`services:state.${name}`) })),
          ]}
        />
      </Flex>
      <QueryView query={services}>
        {(data) => (
          <>
            <ServiceTable
              services={data.services}
              empty={
                q || status ? (
                  <EmptyState
                    title={t("parts:list.noMatch")}
                    action={<Button onClick={() => change({ q: undefined, status: undefined })}>{t("parts:list.clear")}</Button>}
                  />
                ) : (
                  <EmptyState title={t("services:none")} hint={t("services:noneHint")} action={create} />
                )
              }
            />
            {data.total_count > 0 && (
              <Pagination
                style={{ marginTop: 10 }}
                align="end"
                current={page}
                pageSize={size}
                total={data.total_count}
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

function ServiceTable({ services, empty }: { services: Service[]; empty: ReactNode }) {
  const { t } = useTranslation(["services", "common"]);
  const format = useFormat();
  return (
    <VirtualTable<Service>
      rowKey="service_id"
      dataSource={services}
      minWidth={960}
      empty={empty}
      columns={[
        {
          title: t("common:field.name"),
          dataIndex: "service_name",
          width: 260,
          ellipsis: true,
          render: (name: string, service) => (
            <Link to="/services/$serviceId" params={{ serviceId: service.service_id }}>
              {name}
            </Link>
          ),
        },
        {
          title: t("common:field.status"),
          width: 150,
          render: (_, service) => <ServiceTag status={service.status} />,
        },
        {
          title: t("services:calls"),
          width: 160,
          align: "right",
          render: (_, service) =>
            t("services:callsAndFailures", {
              calls: format.number(service.invocation_times),
              failures: format.number(service.failed_times),
            }),
        },
        { title: t("common:field.description"), dataIndex: "description", ellipsis: true },
        {
          title: t("common:field.created"),
          dataIndex: "publish_at",
          width: 180,
          render: (value: number) => <Time value={value} />,
        },
        {
          title: t("common:field.actions"),
          width: 130,
          render: (_, service) => <RowActions service={service} />,
        },
      ]}
    />
  );
}
