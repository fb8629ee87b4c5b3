// The audit log: who did what, when and from where. Filters are part of the address; pages are asked for by marker.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Flex, Table, Typography } from "antd";
import type { ReactNode } from "react";
import { api, type Answer } from "@/api/client";
import { useScope } from "@/api/session";
import { useFormat, useTranslation } from "@/lib/i18n";
import { CodeBlock, EmptyState, Page, QueryView, Time } from "@/ui";
import { AuditFilters } from "./AuditFilters";
import { isKnownEvent } from "./eventNames";

export interface AuditSearch {
  q?: string;
  user?: string;
  event?: string;
  type?: string;
  /** Milliseconds since 1970. */
  from?: number;
  to?: number;
}

const path = "/v3/{project_id}/traces";
type TraceList = Answer<typeof path, "get">;
type Trace = TraceList["traces"][number];

const pageSize = 100;

function useTraces({ q = "", user = "", event = "", type = "", from, to }: AuditSearch) {
  const { projectId } = useScope();
  return useInfiniteQuery({
    queryKey: ["audit", projectId, { q, user, event, type, from, to }],
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        limit: pageSize,
        next: pageParam,
        search: q,
        user,
        trace_name: event,
        resource_type: type,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      };
      const { data } = await api.GET(path, { params: { path: { project_id: projectId }, query }, signal });
      return data as TraceList;
    },
    getNextPageParam: ({ meta_data }) => meta_data.marker || undefined,
    placeholderData: (old) => old,
  });
}

export function AuditPage() {
  const { t } = useTranslation(["audit", "common", "parts"]);
  const format = useFormat();
  const search = useSearch({ from: "/console/audit" });
  const navigate = useNavigate({ from: "/audit" });
  const traces = useTraces(search);
  const ownOnly = traces.data?.pages[0]?.meta_data.own_only ?? false;
  const filtered = Object.values(search).some((value) => value !== undefined);
  const change = (values: AuditSearch) => void navigate({ search: (old) => ({ ...old, ...values }), replace: true });
  const clear = () =>
    change({ q: undefined, user: undefined, event: undefined, type: undefined, from: undefined, to: undefined });

  return (
    <Page title={t("audit:title")} description={t(ownOnly ? "audit:ownHint" : "audit:hint")}>
      <AuditFilters
        search={search}
        ownOnly={ownOnly}
        onChange={change}
        onClear={clear}
        onRefresh={() => void traces.refetch()}
      />
      <QueryView query={traces}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.traces);
          const total = pages[0]?.meta_data.total_count ?? 0;
          return (
            <Flex vertical gap={10}>
              <div className="maquette-table">
                <TraceTable
                  rows={rows}
                  loading={traces.isPlaceholderData}
                  empty={
                    <EmptyState
                      title={filtered ? t("parts:list.noMatch") : t("audit:none")}
                      action={filtered && <Button onClick={clear}>{t("parts:list.clear")}</Button>}
                    />
                  }
                />
              </div>
              <Flex gap={12} align="center">
                {traces.hasNextPage && (
                  <Button loading={traces.isFetchingNextPage} onClick={() => void traces.fetchNextPage()}>
                    {t("audit:more")}
                  </Button>
                )}
                <Typography.Text type="secondary">
                  {t("audit:shown", { shown: format.number(rows.length), total: format.number(total) })}
                </Typography.Text>
              </Flex>
            </Flex>
          );
        }}
      </QueryView>
    </Page>
  );
}

function TraceTable({ rows, loading, empty }: { rows: Trace[]; loading: boolean; empty: ReactNode }) {
  const { t, i18n } = useTranslation(["audit", "common", "parts"]);
  const eventText = (name: string) => (isKnownEvent(name) ? t(`audit:event.${name}`) : name);
  // In English the name of most events already reads like its text.
  const showCode = i18n.language === "zh-CN";
  return (
    <Table<Trace>
      size="small"
      rowKey="trace_id"
      dataSource={rows}
      loading={loading}
      pagination={false}
      sticky
      scroll={{ x: 980 }}
      locale={{ emptyText: empty }}
      columns={[
        { title: t("audit:time"), dataIndex: "time", width: 175, render: (value: number) => <Time value={value} /> },
        {
          title: t("audit:eventName"),
          dataIndex: "trace_name",
          width: 230,
          render: (name: string) => (
            <>
              {eventText(name)}
              {showCode && isKnownEvent(name) && (
                <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>
                  {name}
                </Typography.Text>
              )}
            </>
          ),
        },
        { title: t("audit:resourceType"), dataIndex: "resource_type", width: 165 },
        {
          title: t("audit:resource"),
          ellipsis: true,
          render: (_, trace) => trace.resource_name || trace.resource_id || t("common:state.none"),
        },
        { title: t("audit:user"), width: 120, ellipsis: true, render: (_, trace) => trace.user.name },
        { title: t("audit:address"), dataIndex: "source_ip", width: 115, render: (value: string) => value || t("common:state.none") },
      ]}
      expandable={{
        columnTitle: <span className="maquette-hidden">{t("parts:details")}</span>,
        expandedRowRender: (trace) => (
          <CodeBlock code={JSON.stringify(trace, null, 2)} maxHeight={360} label={`${trace.trace_name} ${trace.trace_id}`} />
        ),
        expandRowByClick: true,
      }}
    />
  );
}
