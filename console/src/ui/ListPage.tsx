// The page of a list that the server searches and divides: a button to make one more, search, a filter by state,
// refreshing, the table, and the page numbers. What is shown stands in the address, which the page's owner keeps.
import { PlusOutlined, ReloadOutlined } from "@ant-design/icons";
import { Link, type LinkProps } from "@tanstack/react-router";
import { Button, Flex, Input, Pagination, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "@/lib/i18n";
import type { ListSearch } from "@/lib/listSearch";
import { Page } from "./Page";
import { EmptyState, QueryView, type QueryLike } from "./states";
import { WorkspaceHint } from "./useWorkspace";
import { VirtualTable, type VirtualTableProps } from "./VirtualTable";

const pageSizes = [20, 50, 100, 500];
const usualSize = 20;

export interface ListPageProps<Row extends object, Data> {
  title: string;
  create: { label: string; to: LinkProps["to"] };
  states: { label: string; options: { value: string; label: string }[] };
  /** What is said when there is nothing at all. */
  none: { title: string; hint: string };
  search: ListSearch;
  /** Change the address; a page number that is not named is the first. */
  onChange: (change: ListSearch) => void;
  query: QueryLike<Data> & { isPlaceholderData: boolean };
  /** The rows of this page, and how many there are on all. */
  read: (data: Data) => { rows: Row[]; total: number };
  table: Omit<VirtualTableProps<Row>, "dataSource" | "empty" | "loading">;
}

export function ListPage<Row extends object, Data>(props: ListPageProps<Row, Data>) {
  const { title, create, states, none, search, onChange, query, read, table } = props;
  const { t } = useTranslation("parts");
  const { q, status, page = 1 } = search;
  const createButton = (
    <Link to={create.to}>
      <Button type="primary" icon={<PlusOutlined aria-hidden />} tabIndex={-1}>
        {create.label}
      </Button>
    </Link>
  );
  const clear = <Button onClick={() => onChange({ q: undefined, status: undefined })}>{t("list.clear")}</Button>;
  const empty =
    q || status || page > 1 ? (
      <EmptyState title={t("list.noMatch")} action={clear} />
    ) : (
      <EmptyState {...none} action={createButton} />
    );
  return (
    <Page title={title} description={<WorkspaceHint />} actions={createButton} fill>
      <Toolbar search={search} states={states} onChange={onChange} refetch={query.refetch} />
      <QueryView query={query}>
        {(data) => {
          const { rows, total } = read(data);
          return (
            <>
              <VirtualTable<Row> {...table} dataSource={rows} loading={query.isPlaceholderData} empty={empty} />
              {total > 0 && <Pages total={total} search={search} onChange={onChange} />}
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}

type Shown = Pick<ListPageProps<object, unknown>, "search" | "onChange">;

function Pages({ total, search, onChange }: Shown & { total: number }) {
  const { t } = useTranslation("parts");
  const { page = 1, size = usualSize } = search;
  return (
    <Pagination
      style={{ marginTop: 10 }}
      align="end"
      current={page}
      pageSize={size}
      total={total}
      showSizeChanger
      pageSizeOptions={pageSizes}
      showTotal={(count) => t("list.total", { count })}
      onChange={(next, nextSize) =>
        onChange({
          page: nextSize === size && next > 1 ? next : undefined,
          size: nextSize === usualSize ? undefined : nextSize,
        })
      }
    />
  );
}

interface ToolbarProps extends Shown {
  states: ListPageProps<object, unknown>["states"];
  refetch: () => unknown;
}

function Toolbar({ search, states, onChange, refetch }: ToolbarProps) {
  const { t } = useTranslation(["parts", "common"]);
  const { q = "", status = "" } = search;
  const [typed, setTyped] = useState(q);
  const [searched, setSearched] = useState(q);
  const [refreshing, setRefreshing] = useState(false);
  if (searched !== q) {
    // The address has changed, by us or by clearing the filters: the field says the same.
    setSearched(q);
    setTyped(q);
  }
  async function refresh() {
    setRefreshing(true);
    await refetch();
    setRefreshing(false);
  }
  return (
    <Flex gap={8} wrap style={{ marginBottom: 10 }}>
      <Input.Search
        allowClear
        style={{ width: 260 }}
        value={typed}
        maxLength={64}
        placeholder={t("parts:list.search")}
        aria-label={t("parts:list.search")}
        onChange={(event) => setTyped(event.target.value)}
        onSearch={(words) => onChange({ q: words.trim() || undefined })}
      />
      <Select
        style={{ width: 150 }}
        aria-label={states.label}
        value={status}
        onChange={(value) => onChange({ status: value || undefined })}
        options={[{ value: "", label: t("parts:list.allStates") }, ...states.options]}
      />
      <Button
        icon={<ReloadOutlined aria-hidden />}
        aria-label={t("common:action.refresh")}
        title={t("common:action.refresh")}
        loading={refreshing}
        onClick={() => void refresh()}
      />
    </Flex>
  );
}
